import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load.ts'
import type { MachineFacts } from './machine-facts.ts'
import { addConfigOptions, type ConfigOptions, loadRequest } from './options.ts'

let root: string
const at = (path: string): string => join(root, path)
const put = (path: string, text = ''): void => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bootring-files-'))
  put('d/20-b.conf', '[DEFAULT]\nhost = d20\n')
  put('d/10-a.conf', '[DEFAULT]\nhost = d10\nmy_ip = 192.0.2.10\n')
  put('d/README', 'nothing')
  put('d/.hidden.conf', 'nothing')
  put('a.conf', '[DEFAULT]\nhost = a\n')
  put('b.conf', '[DEFAULT]\nhost = b\n[bootring]\nmode = attached\n')
  put('dist.conf')
  put('ironic.conf', '[database]\nconnection = sqlite:////i\n[DEFAULT]\nhost = ironic\nmy_ip = 192.0.2.1\n')
  put('ironic.conf.d/z.conf', '[DEFAULT]\nhost = z\n')
  put('own.conf', '[api]\nport = 7\n')
  put('own-attached.conf', '[bootring]\nmode = attached\n')
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** A word of the command line whose file is below the test's folder. */
const below = (word: string): string => word.replace(/^(?!--)|(?<==)/, `${root}/`)

const options = (...args: string[]): ConfigOptions =>
  addConfigOptions(new Command(), { attached: true }).parse(args.map(below), { from: 'user' }).opts()

function request(args: string[], env: Record<string, string> = {}, own = 'own.conf') {
  const facts: MachineFacts = { uid: 0, env, hostname: 'h', addresses: [] }
  return loadRequest(
    options(...args),
    facts,
    {},
    {
      own: at(own),
      ironicFiles: [at('dist.conf'), at('missing.conf'), at('ironic.conf')],
      ironicFolder: at('ironic.conf.d'),
    },
  )
}

/** Their names below the test's folder. */
const files = (...given: Parameters<typeof request>): string[] =>
  request(...given).files.map((file) => file.slice(root.length + 1))

const ironics = ['dist.conf', 'ironic.conf', 'ironic.conf.d/z.conf']

describe('the files with options', () => {
  it("are bootring's own, unless the command line names others", () => {
    expect(files([])).toEqual(['own.conf'])
    expect(files([], {}, 'missing.conf')).toEqual([])
    expect(files(['--config-file', 'a.conf'])).toEqual(['a.conf'])
    expect(files(['--config-dir', 'd'])).toEqual(['d/10-a.conf', 'd/20-b.conf'])
  })

  it('come in the order of the command line, those of a folder sorted', () => {
    expect(files(['--config-file', 'a.conf', '--config-dir', 'd', '--config-file=own.conf'])).toEqual([
      'a.conf',
      'd/10-a.conf',
      'd/20-b.conf',
      'own.conf',
    ])
    expect(files(['--config-dir=d', '--config-file', 'a.conf'])).toEqual(['d/10-a.conf', 'd/20-b.conf', 'a.conf'])
  })

  it("begin with Ironic's where bootring is attached, however that is said", () => {
    expect(files(['--attached'])).toEqual([...ironics, 'own.conf'])
    expect(files([], { OS_BOOTRING__MODE: 'attached' })).toEqual([...ironics, 'own.conf'])
    expect(files([], {}, 'own-attached.conf')).toEqual([...ironics, 'own-attached.conf'])
    expect(files([], { OS_BOOTRING__MODE: 'standalone' }, 'own-attached.conf')).toEqual(['own-attached.conf'])
    expect(files(['--attached'], { IRONIC_CONFIG_FILE: at('a.conf'), IRONIC_CONFIG_DIR: at('d') })).toEqual([
      'a.conf',
      'd/10-a.conf',
      'd/20-b.conf',
      'own.conf',
    ])
  })

  it("leave out Ironic's usual files where a file is named, its usual folder where a folder is", () => {
    expect(files(['--attached', '--config-file', 'a.conf'])).toEqual(['ironic.conf.d/z.conf', 'a.conf'])
    expect(files(['--config-file', 'a.conf', '--config-file', 'b.conf'])).toEqual([
      'ironic.conf.d/z.conf',
      'a.conf',
      'b.conf',
    ])
    expect(files(['--attached', '--config-dir', 'd'])).toEqual([
      'dist.conf',
      'ironic.conf',
      'd/10-a.conf',
      'd/20-b.conf',
    ])
    expect(files(['--attached', '--config-dir', 'd', '--config-file', 'a.conf'])).toEqual([
      'd/10-a.conf',
      'd/20-b.conf',
      'a.conf',
    ])
  })

  it('must be in folders that are there', () => {
    expect(() => files(['--config-dir', 'nowhere'])).toThrow(/nowhere: expected a readable folder: ENOENT/)
    expect(() => files(['--config-dir', 'a.conf'])).toThrow(/a\.conf: expected a readable folder: ENOTDIR/)
  })

  it('say that bootring is attached, or the flag does, against whatever they say', () => {
    expect(request(['--attached']).overrides).toEqual({ bootring: { mode: 'attached' } })
    const told = request(['--attached', '--config-file', 'ironic.conf'], { OS_BOOTRING__MODE: 'standalone' })
    expect(loadConfig(told).config.bootring.mode).toBe('attached')
    expect(loadConfig(request(['--config-file', 'ironic.conf', '--config-file', 'b.conf'])).config.bootring.mode).toBe(
      'attached',
    )
  })
})

/** Prints [host, my_ip] as oslo.config reads them for the program `ironic`, whose usual places argv[1] names. */
const program = `
import json, sys
from oslo_config import cfg
conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt('host'), cfg.StrOpt('my_ip')])
usual = json.loads(sys.argv[1])
conf(sys.argv[2:], project='ironic', default_config_files=usual['files'], default_config_dirs=usual['folders'])
print(json.dumps([conf.host, conf.my_ip]))
`
const pythons = ['/usr/bin/python3', fileURLToPath(new URL('../../.tools/ironic-newest/bin/python', import.meta.url))]
const python = pythons.find((path) => spawnSync(path, ['-c', 'import oslo_config']).status === 0)

describe.skipIf(python === undefined)('beside the real oslo.config', () => {
  it.each([
    [[]],
    [['--config-file', 'a.conf']],
    [['--config-dir', 'd']],
    [['--config-file', 'a.conf', '--config-dir', 'd']],
    [['--config-dir', 'd', '--config-file', 'a.conf']],
    [['--config-file', 'a.conf', '--config-dir', 'd', '--config-file', 'own.conf']],
    [['--config-dir', 'd', '--config-dir', 'ironic.conf.d']],
    [['--config-file=b.conf', '--config-dir=ironic.conf.d', '--config-file=a.conf']],
  ])('the same options win: %j', (args) => {
    const usual = { files: [at('dist.conf'), at('ironic.conf')], folders: [at('ironic.conf.d')] }
    const given = args.map(below)
    const run = spawnSync(python ?? '', ['-c', program, JSON.stringify(usual), ...given], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    const env = { OS_DATABASE__CONNECTION: 'sqlite:////i' }
    const facts: MachineFacts = { uid: 0, env, hostname: 'h', addresses: [] }
    const parsed = addConfigOptions(new Command(), { attached: true }).parse(['--attached', ...given], { from: 'user' })
    const { DEFAULT } = loadConfig(
      loadRequest(
        parsed.opts(),
        facts,
        {},
        {
          own: at('missing.conf'),
          ironicFiles: usual.files,
          ironicFolder: at('ironic.conf.d'),
        },
      ),
    ).config
    expect([DEFAULT.host ?? null, DEFAULT.my_ip ?? null]).toEqual(JSON.parse(run.stdout))
  })
})
