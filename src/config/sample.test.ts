import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sections } from './config.ts'
import { formatValue } from './format-value.ts'
import { checkConfig, loadConfig } from './load.ts'
import { renderSample } from './sample.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-sample-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function load(text: string) {
  const file = join(folder, 'bootring.conf')
  writeFileSync(file, text)
  return { ...loadConfig({ files: [file], env: {} }), check: checkConfig({ files: [file], env: {} }) }
}

const defaults = loadConfig({ files: [], env: {} }).config

describe('the sample', () => {
  it('sets nothing as it is', () => {
    const { config, check } = load(renderSample())
    expect(check).toMatchObject({ mode: 'standalone', problems: [], warnings: [], optionsSet: 0 })
    expect(config).toEqual(defaults)
  })

  it('says the defaults: uncommented, it loads to the same, with every option set that has one', () => {
    const { config, check, isSet } = load(renderSample().replaceAll(/^#(?=[a-z0-9_]+ =(?! <None>))/gm, ''))
    const withDefault = Object.entries(sections).flatMap(([group, section]) =>
      Object.entries(section)
        .filter(([, option]) => option.default !== undefined)
        .map(([name]) => [group, name]),
    )
    expect(check).toMatchObject({ mode: 'standalone', problems: [], warnings: [], optionsSet: withDefault.length })
    expect(config).toEqual(defaults)
    expect(isSet('api', 'port')).toBe(true)
  })

  it('names every option, and none twice', () => {
    const { check } = load(renderSample().replaceAll(/^#(?=[a-z0-9_]+ =)/gm, ''))
    const all = Object.values(sections).flatMap((section) => Object.keys(section))
    expect(check.optionsSet).toBe(all.length)
    expect(check.problems).toEqual([])
  })

  it('explains an option above it', () => {
    expect(renderSample()).toContain(
      '\n# How long a conductor may take before the next one is asked.\n# Takes a number not below 0.05, in seconds.\n#rpc_attempt_timeout = 2\n',
    )
    expect(renderSample()).toMatch(/# Secret: never printed\.\n(# Deprecated name: .*\n)*#password = <None>\n/)
    for (const line of renderSample()
      .split('\n')
      .filter((line) => line.startsWith('# ') && !line.includes('://')))
      expect(line.length).toBeLessThanOrEqual(100)
  })
})

describe('a value written to a file', () => {
  it('is read back the same', () => {
    // The format has no way to say a backslash before a dollar sign.
    const sayable = (words: string): boolean => !words.includes('\\$')
    const line = fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)$/)
    const text = fc
      .tuple(fc.stringMatching(/^[ -~]{0,20}$/), fc.array(line, { maxLength: 3 }))
      .map(([first, rest]) => [first, ...rest].join('\n'))
      .filter(sayable)
    const item = fc
      .stringMatching(/^[ -~]{0,12}$/)
      .filter((word) => sayable(word) && !(word.includes('"') && word.includes("'")))
    fc.assert(
      fc.property(
        text,
        fc.array(item),
        fc.boolean(),
        fc.integer({ min: 0, max: 65535 }),
        (params, paths, debug, port) => {
          const { config } = load(
            `[pxe]\nkernel_append_params = ${formatValue(params)}\n[conductor]\nfile_url_allowed_paths = ${formatValue(paths)}\n` +
              `[DEFAULT]\ndebug = ${formatValue(debug)}\n[api]\nport = ${formatValue(port)}\n`,
          )
          expect(config.pxe.kernel_append_params).toBe(params)
          expect(config.conductor.file_url_allowed_paths).toEqual(paths)
          expect([config.DEFAULT.debug, config.api.port]).toEqual([debug, port])
        },
      ),
    )
  })
})
