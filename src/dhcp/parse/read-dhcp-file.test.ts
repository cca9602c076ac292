import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JsonProblem, parseCommentedJson } from './commented-json.ts'
import { readDhcpFile } from './read-dhcp-file.ts'

const generated = join(import.meta.dirname, '../../../test/golden-dhcp')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-dhcp-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const put = (name: string, ...lines: string[]): string => {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

describe('dnsmasq', () => {
  it('what boots, by tags of iPXE under any name', () => {
    const { bootFiles, problems, server } = readDhcpFile(
      put(
        'boot.conf',
        '# iPXE',
        'dhcp-match=set:gpxe,175   # its own options',
        'dhcp-userclass=set:second,iPXE',
        'dhcp-vendorclass=set:efi,PXEClient:Arch:00007',
        'dhcp-boot=tag:gpxe,http://boot/boot.ipxe',
        'dhcp-boot=tag:!second,tag:efi,snponly.efi,,10.0.0.1',
        'dhcp-boot=undionly.kpxe',
        'dhcp-option-force=tag:second,option6:bootfile-url,http://[fd77::1]/boot.ipxe',
        'dhcp-option=67,"old.ipxe"',
        'dhcp-option=option:router,10.0.0.1',
      ),
    )
    expect(server).toBe('dnsmasq')
    expect(problems).toEqual([])
    expect(bootFiles.map(({ ipxe, line, value }) => `${line} ${ipxe} ${value}`)).toEqual([
      '5 only http://boot/boot.ipxe',
      '6 never snponly.efi',
      '7 either undionly.kpxe',
      '8 only http://[fd77::1]/boot.ipxe',
      '9 either old.ipxe',
    ])
  })

  it('reservations, in the file and in those that it names', () => {
    mkdirSync(join(folder, 'hosts'))
    put('hosts/a', '52:54:00:00:00:03,n3', '# 52:54:00:00:00:04', '52-54-00-00-00-05,n5')
    put('hosts/.hidden', '52:54:00:00:00:06')
    put('more.conf', 'dhcp-host=52:54:00:00:00:02,set:x,10.0.0.2')
    const { knownOnly, problems, reservations } = readDhcpFile(
      put(
        'hosts.conf',
        'dhcp-host=52:54:00:00:00:01,52:54:00:00:00:11,10.0.0.1',
        'conf-file=more.conf',
        `dhcp-hostsdir=${folder}/hosts`,
        'conf-file=gone.conf',
        'conf-file=hosts.conf',
        'dhcp-ignore=tag:!known',
      ),
    )
    expect(
      reservations.map(({ address, file, line }) => `${file.replace(`${folder}/`, '')}:${line} ${address}`),
    ).toEqual([
      'hosts.conf:1 52:54:00:00:00:01',
      'hosts.conf:1 52:54:00:00:00:11',
      'more.conf:1 52:54:00:00:00:02',
      'hosts/a:1 52:54:00:00:00:03',
      'hosts/a:3 52-54-00-00-00-05',
    ])
    expect(knownOnly).toBe(true)
    expect(problems).toMatchObject([{ line: 4, message: expect.stringContaining('gone.conf') }])
  })
})

describe('Kea', () => {
  it('what boots, by classes, and reservations wherever they are', () => {
    put('reservations.json', '[ { "hw-address": "52:54:00:00:00:02" }, { "client-id": "01" } ]')
    const found = readDhcpFile(
      put(
        'kea.conf',
        '// made by hand',
        '{ "Dhcp4": {',
        '  /* iPXE',
        '     first */',
        '  "client-classes": [',
        `    { "name": "ipxe", "test": "option[175].exists or substring(option[77].hex,0,4) == 'iPXE'",`,
        '      "boot-file-name": "http://boot/boot.ipxe" },',
        `    { "name": "efi", "test": "not member('ipxe') and option[93].hex == 0x0007",`,
        '      "boot-file-name": "snponly.efi" },',
        `    { "name": "bios", "test": "not (option[175].exists)", "boot-file-name": "undionly.kpxe" },`,
        '  ], # a comma too many',
        '  "option-data": [ { "code": 67, "data": "all.ipxe" }, { "name": "routers", "data": "10.0.0.1" } ],',
        '  "shared-networks": [ { "subnet4": [ { "subnet": "10.0.0.0/24",',
        '    "reservations": [ { "hw-address": "52:54:00:00:00:01" } ] } ] } ],',
        '  "reservations": <?include "reservations.json"?>',
        '} }',
      ),
    )
    expect(found.problems).toEqual([])
    expect(found.bootFiles.map(({ ipxe, line, value }) => `${line} ${ipxe} ${value}`)).toEqual([
      '7 only http://boot/boot.ipxe',
      '9 never snponly.efi',
      '10 never undionly.kpxe',
      '12 either all.ipxe',
    ])
    expect(found.reservations.map(({ address, line }) => `${line} ${address}`)).toEqual([
      '15 52:54:00:00:00:02',
      '14 52:54:00:00:00:01',
    ])
  })

  it('says where it ends to understand', () => {
    expect(readDhcpFile(put('bad.conf', '{ "Dhcp4": {', '  "a": 1 "b": 2', '} }')).problems).toMatchObject([
      { line: 2, message: 'a comma or } was expected' },
    ])
  })
})

it.each(readdirSync(generated).filter((name) => /-(?:small|large)\./.test(name)))(
  '%s, as bootring generates it: iPXE gets scripts, others get an iPXE',
  (name) => {
    const { bootFiles, problems } = readDhcpFile(join(generated, name))
    expect(problems).toEqual([])
    expect(bootFiles.length).toBeGreaterThan(1)
    for (const { ipxe, value } of bootFiles) expect(ipxe).toBe(value.endsWith('.ipxe') ? 'only' : 'never')
  },
)

describe('files that are hardly meant', () => {
  const inFolder = (path: string) => path.replace(`${folder}/`, '')
  const problems = (file: string) =>
    readDhcpFile(file).problems.map(
      (one) => `${inFolder(one.file)}:${one.line} ${one.message.replace(`${folder}/`, '')}`,
    )

  it('are never more than problems, with the file and a line of it', () => {
    const texts = readdirSync(generated).map((name) => readFileSync(join(generated, name), 'latin1'))
    const change = fc.record({
      text: fc.constantFrom(...texts),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      until: fc.double({ min: 0, max: 1, noNaN: true }),
      between: fc.oneof(
        fc.string(),
        fc.constantFrom(
          '',
          '\0\xff',
          '{',
          '}',
          '"',
          '\\',
          '/*',
          '\n\n',
          '<?include "x"?>',
          'include "odd.conf";',
          'conf-file=odd.conf\n',
        ),
      ),
      times: fc.constantFrom(1, 2, 3000),
    })
    fc.assert(
      fc.property(change, ({ between, from, text, times, until }) => {
        const odd = `${text.slice(0, from * text.length)}${between.repeat(times)}${text.slice(until * text.length)}`
        const file = join(folder, 'odd.conf')
        writeFileSync(file, odd, 'latin1')
        for (const one of readDhcpFile(file).problems) {
          expect(one.file).toBe(file)
          expect(one.line).toBeGreaterThan(0)
          expect(one.line).toBeLessThanOrEqual(odd.split('\n').length)
          expect(one.message.length).toBeLessThan(300)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('name one another in circles', () => {
    put('kea-b.conf', '{ "x":', '<?include "kea-a.conf"?> }')
    expect(
      problems(put('kea-a.conf', '{ "Dhcp4": [', '<?include "kea-b.conf"?>, <?include "kea-b.conf"?> ] }')),
    ).toEqual(['kea-b.conf:2 files include one another without end'])
    put('isc-b.conf', 'authoritative;', 'include "isc-a.conf";')
    expect(problems(put('isc-a.conf', 'authoritative;', 'include "isc-b.conf"; include "isc-b.conf";'))).toEqual([
      'isc-b.conf:2 files include one another without end',
    ])
    put('dns-b.conf', 'conf-file=dns-a.conf', 'dhcp-host=52:54:00:00:00:01')
    expect(problems(put('dns-a.conf', 'conf-file=dns-b.conf', 'conf-file=dns-b.conf'))).toEqual([])
    for (let at = 0; at < 150; at += 1) put(`chain-${at}`, 'log-dhcp', `conf-file=chain-${at + 1}`)
    expect(problems(join(folder, 'chain-0'))).toEqual(['chain-99:2 files name one another without end'])
  })

  it("are wrong in a file that Kea's includes, or name one that is not there", () => {
    put('inner.json', '{', '  "a" 1 }')
    expect(problems(put('outer.json', '{', '', '<?include "inner.json"?> }'))).toEqual([
      'inner.json:2 a colon was expected after "a"',
    ])
    expect(problems(put('outer.json', '{ "a": ', '<?include "gone.json"?> }'))).toEqual([
      expect.stringMatching(/^outer\.json:2 ENOENT.*gone\.json/),
    ])
  })

  it('are many: each host of a folder is known', () => {
    mkdirSync(join(folder, 'many'))
    for (let at = 0; at < 700; at += 1)
      put(`many/node-${at}`, `52:54:00:00:0${at >> 8}:${(at % 256).toString(16).padStart(2, '0')}`)
    expect(readDhcpFile(put('many.conf', 'log-dhcp', 'dhcp-hostsdir=many')).reservations).toHaveLength(700)
  })

  it('are long, where a pattern could lose itself', () => {
    const test = `not${' '.repeat(100_000)}option[175].exists`
    const kea = { Dhcp4: { 'client-classes': [{ name: 'a', test, 'boot-file-name': 'a.efi' }] } }
    expect(readDhcpFile(put('long.json', JSON.stringify(kea))).bootFiles).toMatchObject([{ ipxe: 'never' }])
    for (const text of [`not${' '.repeat(100_000)}x`, 'substring('.repeat(50_000)]) {
      const other = { Dhcp4: { 'client-classes': [{ name: 'a', test: text, 'boot-file-name': 'a.efi' }] } }
      expect(readDhcpFile(put('long.json', JSON.stringify(other))).bootFiles).toMatchObject([{ ipxe: 'either' }])
    }
  })
})

describe('JSON with comments', () => {
  const plain = (node: ReturnType<typeof parseCommentedJson>): unknown => {
    if (node.value instanceof Map) return Object.fromEntries([...node.value].map(([key, value]) => [key, plain(value)]))
    return Array.isArray(node.value) ? node.value.map(plain) : node.value
  }
  const nothing = () => expect.fail('nothing is included')

  it('is JSON where it has none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, undefined, 1)
        fc.pre(!text.includes('"__proto__"'))
        expect(plain(parseCommentedJson(text, nothing))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('throws nothing but what is wrong with the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseCommentedJson(text, () => ({ line: 1, value: null }))
        } catch (error) {
          expect(error).toBeInstanceOf(JsonProblem)
        }
      }),
      { examples: [['00'], ['-01']] },
    )
  })
})
