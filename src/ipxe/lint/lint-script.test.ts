// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are variables of iPXE
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintScript, settingsMadeBy } from './lint-script.ts'

const golden = join(import.meta.dirname, '../../../test/golden')

/** `<line> <severity> <rule>` of each problem of a script of these lines, `#!ipxe` before them. */
const found = (...lines: string[]): string[] =>
  lintScript(['#!ipxe', ...lines, ''].join('\n')).map(({ line, rule, severity }) => `${line} ${severity} ${rule}`)

describe('a script without faults', () => {
  it.each(readdirSync(golden).filter((name) => name.endsWith('.ipxe')))('%s, of our own templates', (name) => {
    expect(lintScript(readFileSync(join(golden, name), 'utf8'))).toEqual([])
  })

  it('a menu, whose labels are what is chosen', () => {
    expect(
      found(
        'menu What now',
        'item --key l local The disk',
        'item shell A shell',
        'choose --default local --timeout 5000 target && goto ${target} || goto local',
        ':local',
        'sanboot --no-describe --drive 0x80',
        ':shell',
        'shell',
      ),
    ).toEqual([])
  })

  it('settings of iPXE, of DHCP by number, of blocks, and nested ones', () => {
    expect(
      found(
        'set n:int32 0',
        'echo ${net0/mac:hexhyp} ${net${n}/ip} ${next-server} ${43.1:string} ${net0.dhcp/175} ${smbios/1.4.0} ${cpuid/2.0x80000001}',
      ),
    ).toEqual([])
  })

  it('failures that are passed over, and continued lines', () => {
    expect(found('ifopen net0 ||', 'chain http://a/b \\', '  || echo no # || and so on', 'exit 1')).toEqual([])
  })
})

describe('faults', () => {
  it.each([
    ['', 'shebang'],
    ['#!/bin/sh\n', 'shebang'],
    ['\uFEFF#!ipxe\nexit\n', 'shebang'],
    ['\n#!ipxe\nexit\n', 'shebang'],
    ['#!ipxescript\nexit\n', 'shebang'],
  ])('no script: %j', (script, rule) => {
    expect(lintScript(script)[0]).toMatchObject({ line: 1, severity: 'error', rule })
  })

  it.each<[string, string[], string[]]>([
    ['CR LF', ['echo a\r', 'exit\r'], ['2 warning crlf']],
    ['other characters than ASCII', ['echo Gruß'], ['2 warning non-ascii']],
    ['long lines', [`echo ${'a'.repeat(2100)}`], ['2 warning long-line']],
    [
      'a long command line, over lines that are short',
      [`kernel http://a/k ${'a=b \\\n'.repeat(600)} || exit`, 'boot'],
      ['2 warning long-line', '2 error long-command-line'],
    ],
    ['unknown commands', ['kernal http://a/k'], ['2 error unknown-command']],
    ['commands that builds leave out', ['imgtrust --allow'], ['2 warning build-option']],
    ['commands that old builds lack', ['shim http://a/shim.efi ||'], ['2 info new-command']],
    ['unknown options', ['chain --autofre http://a/b'], ['2 error arguments']],
    ['options without a value', ['prompt --timeout'], ['2 error arguments']],
    ['too few words', ['iseq ${ip}'], ['2 error arguments']],
    ['too many words', ['goto a b', ':a'], ['2 error arguments']],
    ['operators without blanks', ['chain http://a/b||exit 1'], ['2 error operator']],
    ['an operator that is half there', ['chain http://a/b | exit 1'], ['2 error operator']],
    ['nothing before an operator', ['|| exit 1'], ['2 error unbalanced-operator']],
    ['nothing after one', ['isset ${ip} &&'], ['2 error unbalanced-operator']],
    ['nothing between two', ['isset ${ip} || && exit'], ['2 error unbalanced-operator']],
    [
      'labels that are missing',
      ['isset ${ip} || goto faild', 'exit', ':failed', 'exit 1'],
      ['2 error undefined-label', '4 info unused-label', '5 info unreachable'],
    ],
    ['labels that are there twice', [':a', 'echo x', ':a', 'goto a'], ['4 error repeated-label']],
    ['lines that are never come to', ['exit', 'echo x', '', 'echo y', ':a', 'goto a'], ['3 info unreachable']],
    ['both ways lead elsewhere', ['isset ${ip} && goto a || goto a', 'echo x', ':a', 'exit'], ['3 info unreachable']],
    [
      'variables without a value',
      ['echo ${kernel-url} ${net0/kernel-url}'],
      ['2 warning undefined-variable', '2 warning undefined-variable'],
    ],
    [
      'types that there are not',
      ['set a:int64 1', 'echo ${a:hexhip}'],
      ['2 error unknown-type', '3 error unknown-type'],
    ],
    ['a boot of nothing', ['initrd http://a/i', 'boot'], ['3 error no-kernel']],
    ['a boot of what was freed', ['kernel http://a/k', 'imgfree', 'boot'], ['4 error no-kernel']],
    [
      'an initrd by another name',
      ['kernel http://a/k initrd=ramdisk', 'initrd http://a/initrd.gz', 'boot'],
      ['2 warning initrd-name'],
    ],
    ['an initrd that is not fetched', ['kernel http://a/k initrd=ramdisk', 'boot'], ['2 error initrd-name']],
    [
      'an initrd that is not named',
      ['kernel http://a/k quiet', 'initrd http://a/i', 'boot'],
      ['2 warning initrd-name'],
    ],
  ])('%s', (_, lines, problems) => {
    expect(found(...lines)).toEqual(problems)
  })

  it('an initrd may be named in other ways', () => {
    const boot = (initrd: string) => found('kernel http://a/k initrd=ramdisk', initrd, 'boot')
    expect(boot('initrd --name ramdisk http://a/initrd.gz')).toEqual([])
    expect(boot('initrd -n ramdisk http://a/initrd.gz')).toEqual([])
    expect(boot('imgfetch http://a/sub/ramdisk?x=1/2')).toEqual([])
    expect(boot('initrd ${cwuri}')).toEqual([])
  })

  it('variables are known where they are asked for, or where another script has set them', () => {
    expect(found('isset ${site} && echo ${site} ||')).toEqual([])
    const root = '#!ipxe\nset site:string a\nchain http://a/b\n'
    expect(lintScript('#!ipxe\necho ${site}\n', settingsMadeBy(root))).toEqual([])
  })

  it('says what is meant, where, and what to do', () => {
    expect(lintScript('#!ipxe\nkernal http://a/k\n')).toEqual([
      {
        rule: 'unknown-command',
        severity: 'error',
        line: 2,
        message: '"kernal" is no command of iPXE; is kernel meant?',
        remedy: 'Use a command that iPXE has (https://ipxe.org/cmd).',
      },
    ])
  })
})

it('never throws, and names lines that are there', () => {
  const word = fc.constantFrom(
    'goto',
    ':a',
    'a',
    '||',
    '&&',
    ';',
    '#',
    '${',
    '}',
    '${a}',
    'boot',
    '-',
    '--',
    '--x=',
    'kernel',
    'set',
    '\\',
    '\r',
    'exit',
  )
  const script = fc.array(fc.oneof(word, fc.string()), { maxLength: 30 })
  fc.assert(
    fc.property(script, fc.constantFrom(' ', '\n', ''), (words, by) => {
      const text = `#!ipxe\n${words.join(by)}`
      const lines = text.split('\n').length
      for (const { line } of lintScript(text)) expect(line >= 1 && line <= lines).toBe(true)
    }),
  )
})
