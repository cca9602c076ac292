import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BootringError } from '../model/errors.ts'
import { sections } from './config.ts'
import { checkConfig, type LoadedConfig, type LoadRequest, loadConfig } from './load.ts'
import { describeType } from './parse-value.ts'
import { formatProblem } from './problem.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-config-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

let fileCount = 0
function write(text: string | Uint8Array): string {
  const file = join(folder, `${++fileCount}.conf`)
  writeFileSync(file, text)
  return file
}

const load = (text: string, rest: Partial<LoadRequest> = {}): LoadedConfig =>
  loadConfig({ files: [write(text)], env: {}, ...rest })

/** What is wrong with a file, a line each, without the file's name. */
function problemsIn(text: string, rest: Partial<LoadRequest> = {}): string[] {
  const file = write(text)
  const { problems } = checkConfig({ files: [file], env: {}, ...rest })
  return problems.map((problem) => formatProblem(problem).replace(`${file}:`, ''))
}

describe('loading', () => {
  it('has the defaults without any source', () => {
    const { config, warnings, isSet, origin } = loadConfig({ files: [], env: {} })
    expect(config.api).toEqual({
      host_ip: undefined,
      port: 6385,
      public_endpoint: undefined,
      restrict_boot_config: true,
      restrict_lookup: true,
      ramdisk_heartbeat_timeout: 300,
      max_limit: 1000,
      api_workers: 1,
    })
    expect(config.bootring.boot_allowed_networks).toEqual(['0.0.0.0/0', '::/0'])
    expect(warnings).toEqual([])
    expect(isSet('api', 'port')).toBe(false)
    expect(origin('api', 'port')).toBeUndefined()
  })

  it('checks what an option says besides its type', () => {
    expect(problemsIn('[bootring]\nconductor_addresses = a=b, a\nimage_url_map = x=y')).toEqual([
      '2: [bootring]conductor_addresses = a=b, a: expected <name>=<host> or <name>=<host>:<port> (IPv6 with a port in brackets), not a',
      '3: [bootring]image_url_map = x=y: expected <old>=<new>, both http:// or https:// URLs, not x=y',
    ])
  })

  it('freezes all of it', () => {
    const { config } = loadConfig({ files: [], env: {} })
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.api)).toBe(true)
    expect(Object.isFrozen(config.bootring.boot_allowed_networks)).toBe(true)
  })

  it('takes the last of several: in a file, of the files, the environment, the overrides', () => {
    const files = [write('[api]\nport = 1\nport = 2\napi_workers = 2'), write('[DEFAULT]\n\n[API]\nport = 3')]
    const first = loadConfig({ files: files.slice(0, 1), env: {} })
    expect(first.config.api.port).toBe(2)
    expect(first.origin('api', 'port')).toEqual({ file: files[0], line: 3 })
    const second = loadConfig({ files, env: {} })
    expect(second.config.api).toMatchObject({ port: 3, api_workers: 2 })
    expect(second.origin('api', 'port')).toEqual({ file: files[1], line: 4 })
    const env = { OS_API__PORT: '4', OS_AUTH_URL: 'http://keystone', os_api__api_workers: 'x' }
    const third = loadConfig({ files, env })
    expect(third.config.api.port).toBe(4)
    expect(third.origin('api', 'port')).toEqual({ environment: 'OS_API__PORT' })
    const fourth = loadConfig({ files, env, overrides: { api: { port: '5' } } })
    expect(fourth.config.api.port).toBe(5)
    expect(fourth.isSet('api', 'port')).toBe(true)
  })

  it('spells groups in the environment in capitals', () => {
    const env = { OS_DEFAULT__HOST: 'h', OS_JSON_RPC__PORT: '1', OS_PXE__IPXE_USE_BOOT_CONFIG_API: 'on' }
    const { config } = loadConfig({ files: [], env })
    expect([config.DEFAULT.host, config.json_rpc.port, config.pxe.ipxe_use_boot_config_api]).toEqual(['h', 1, true])
  })

  it('takes an empty text as not set where nothing need be set, and <None> everywhere', () => {
    const { config, isSet, warnings } = load(
      '[api]\nhost_ip =\nport =\napi_workers = <None>\n[pxe]\nkernel_append_params =',
    )
    expect(config.api).toMatchObject({ host_ip: undefined, port: 6385, api_workers: 1 })
    expect([isSet('api', 'host_ip'), isSet('api', 'port'), isSet('api', 'api_workers')]).toEqual([false, false, false])
    expect(config.pxe.kernel_append_params).toBe('')
    expect(warnings).toMatchObject([{ line: 4, option: 'api_workers' }])
  })

  it('takes deprecated names, with a warning; the present name wins within a file, the later file over all', () => {
    const old = write('[pxe]\nkernel_append_params = new\npxe_append_params = old')
    const newer = write('[pxe]\npxe_append_params = newest')
    expect(loadConfig({ files: [old], env: {} }).config.pxe.kernel_append_params).toBe('new')
    const { config, warnings, origin } = loadConfig({ files: [old, newer], env: {} })
    expect(config.pxe.kernel_append_params).toBe('newest')
    expect(origin('pxe', 'kernel_append_params')).toEqual({ file: newer, line: 2 })
    expect(warnings.map(formatProblem)).toEqual([
      `${newer}:2: [pxe]pxe_append_params: expected its present name, [pxe]kernel_append_params`,
    ])
  })

  it('takes deprecated names in other groups', () => {
    expect(load('[DATABASE]\nsql_connection = sqlite:////x').config.database.connection).toBe('sqlite:////x')
    expect(load('[DEFAULT]\nsql_connection = sqlite:////y').config.database.connection).toBe('sqlite:////y')
  })

  it('substitutes what is set, what has a default, what the machine says, and what only Ironic knows', () => {
    const text =
      '[DEFAULT]\nbase = /srv\nstate_path = $base/state\n' +
      '[deploy]\nhttp_root = $state_path/http\nhttp_url = http://$my_ip:$json_rpc.port\n' +
      '[pxe]\nipxe_fallback_script = $api.public_endpoint.$IRONIC'
    const request = { computedDefaults: { DEFAULT: { my_ip: '192.0.2.5' } }, env: { OS_DEFAULT__IRONIC: 'env' } }
    expect(load(text.replace('.$', ' $'), request).config).toMatchObject({
      deploy: { http_root: '/srv/state/http', http_url: 'http://192.0.2.5:8089' },
      pxe: { ipxe_fallback_script: ' env' },
    })
    expect(
      load('[DEFAULT]\ndebug = $use\nuse = <None>\nhost = a$use', { env: { OS_DEFAULT__DEBUG: 'no' } }).config.DEFAULT
        .host,
    ).toBe('a')
  })

  it('does not take what the machine says for a value', () => {
    const { config } = loadConfig({ files: [], env: {}, computedDefaults: { DEFAULT: { my_ip: '192.0.2.5' } } })
    expect(config.DEFAULT.my_ip).toBeUndefined()
  })
})

describe('problems', () => {
  it('come all at once, with file, line, option, value and what was expected', () => {
    const file = write('[api]\nport = 70000\napi_workers = 0\n\n[DEFAULT]\nhash_ring_algorithm = md4\nnonsense\n')
    const error = (() => {
      try {
        return loadConfig({ files: [file], env: { OS_CONDUCTOR__HEARTBEAT_INTERVAL: 'often' } })
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(BootringError)
    expect(error).toMatchObject({ code: 'ConfigInvalid' })
    expect((error as Error).message.split('\n')).toEqual([
      `${file}:7: expected "name = value", "name: value", "[group]" or a comment`,
      `${file}:6: [DEFAULT]hash_ring_algorithm = md4: expected ${describeType(sections.DEFAULT.hash_ring_algorithm.type)}`,
      `${file}:2: [api]port = 70000: expected a port from 0 to 65535`,
      `${file}:3: [api]api_workers = 0: expected an integer from 1 to 256`,
      'OS_CONDUCTOR__HEARTBEAT_INTERVAL: [conductor]heartbeat_interval = often: expected an integer not below 1',
    ])
  })

  it('show the value after substitution too', () => {
    expect(problemsIn('[DEFAULT]\nhost = h\n[api]\nport = $host')).toEqual([
      '4: [api]port = $host (h): expected a port from 0 to 65535',
    ])
  })

  it('name a circle, and what is set nowhere', () => {
    expect(problemsIn('[DEFAULT]\nhost = $other\nother = $host')).toEqual([
      '2: [DEFAULT]host = $other: expected no circle of references: [DEFAULT]other → [DEFAULT]host → [DEFAULT]other',
    ])
    expect(problemsIn('[pxe]\nipxe_boot_script = $pybasedir/boot.ipxe')[0]).toMatch(
      /^2: \[pxe\]ipxe_boot_script = \$pybasedir\/boot\.ipxe: expected \$pybasedir to name an option that is set/,
    )
  })

  it('are unknown options in our own group, in files and in the environment', () => {
    expect(
      problemsIn('[bootring]\nserve_http_rot = True\nfrobnicate = hunter2', { env: { OS_BOOTRING__ADMIN_PROT: '1' } }),
    ).toEqual([
      '2: [bootring]serve_http_rot: expected an option of this group: did you mean serve_http_root?',
      `3: [bootring]frobnicate: expected one of the options of this group: ${Object.keys(sections.bootring).join(', ')}`,
      'OS_BOOTRING__ADMIN_PROT: [bootring]admin_prot: expected an option of this group: did you mean admin_port?',
    ])
  })

  it("are not unknown options in Ironic's groups; but a likely slip is a warning", () => {
    const { problems, warnings } = checkConfig({
      files: [
        write(
          '[api]\nrestrict_boot_confg = no\nramdisk_heartbeat_timeout = 1\n[constructor]\n__proto__ = 1\n[default]\nhost=1',
        ),
      ],
      env: { OS_API__FOO: '1' },
    })
    expect(problems).toEqual([])
    expect(warnings.map(({ line, expected }) => `${line}: ${expected}`)).toEqual([
      '2: an option that bootring or Ironic knows: did you mean restrict_boot_config?',
      '7: the group [DEFAULT], in capitals',
    ])
  })

  it('are files that cannot be read', () => {
    const missing = join(folder, 'missing.conf')
    const notUtf8 = write(Buffer.from('[api]\n# \xfcbel\nport = 1', 'latin1'))
    const problems = checkConfig({ files: [missing, folder, join(notUtf8, 'x.conf'), notUtf8], env: {} }).problems.map(
      formatProblem,
    )
    expect(problems).toEqual([
      `${missing}: expected a readable file: there is none (ENOENT)`,
      `${folder}: expected a readable file: this is a folder (EISDIR)`,
      `${notUtf8}/x.conf: expected a readable file: a part of its path is no folder (ENOTDIR)`,
      `${notUtf8}:2: expected text in UTF-8`,
    ])
  })

  it('never show a secret', () => {
    const shown = [
      // Unknown names after a dollar sign, and a secret that a public option refers to.
      ...problemsIn('[json_rpc]\npassword = hun$ter2\nport = $password'),
      ...problemsIn('[json_rpc]\npassword = hunter2\nport = $password'),
      ...problemsIn('[json_rpc]\nhttp_basic_password = hunter2\nport = $http_basic_password'),
      ...problemsIn('[redfish]\nkey = hunter2\n[api]\nport = $redfish.key'),
      ...problemsIn('[database]\nconnection = mysql://u:hun$ter2@h/x'),
      ...problemsIn('[deploy]\nhttp_url = ftp://user:hun/t@er2@host/'),
      ...problemsIn('[bootring]\npasword = hunter2'),
    ]
    expect(shown).toHaveLength(8)
    expect(shown.join('\n')).not.toMatch(/hun|ter2/)
    expect(shown).toContain('2: [deploy]http_url = ftp://***@host/: expected an http:// or https:// URL')
  })

  it('show long and odd values short and on one line', () => {
    const [problem = ''] = problemsIn(`[api]\nport = \u001b[31m${'x'.repeat(5000)}\n  y`)
    expect(problem).toContain(' = ?[31mxxx')
    expect(problem.length).toBeLessThan(300)
    expect(problem).not.toContain('\n')
  })
})

describe('any file', () => {
  const groups = [...Object.keys(sections), 'redfish', 'constructor', '__proto__']
  const names = [
    ...Object.values(sections).flatMap((section) => Object.keys(section)),
    'pxe_append_params',
    '__proto__',
  ]
  const line = fc.oneof(
    fc.constantFrom(...groups).map((group) => `[${group}]`),
    fc
      .tuple(
        fc.constantFrom(...names),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('1', 'true', 'http://[::1]', '10.0.0.0/8,::/0', '<None>', '"', ''),
          fc.constantFrom(...names).map((name) => `$${name}`),
          fc.tuple(fc.constantFrom(...groups), fc.constantFrom(...names)).map((path) => `\${${path.join('.')}}x`),
        ),
      )
      .map((pair) => pair.join(' = ')),
    fc.string({ unit: 'binary' }),
  )

  it('loads, or fails with ConfigInvalid and a reason for each problem', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const request = { files: [write(lines.join('\n'))], env: {} }
        const { problems } = checkConfig(request)
        try {
          const { config } = loadConfig(request)
          expect(problems).toEqual([])
          expect(Object.keys(config)).toEqual(Object.keys(sections))
        } catch (error) {
          if (!(error instanceof BootringError && error.code === 'ConfigInvalid')) throw error
          expect(error.message.split('\n')).toHaveLength(problems.length)
        } finally {
          rmSync(request.files[0] ?? '')
        }
      }),
    )
  })
})

/** From the Debian package ironic-common, where it is installed, or as tools/ironic-files.sh unpacked it. */
const debianSample = [
  '/usr/share/ironic-common/ironic.conf',
  fileURLToPath(new URL('../../.tools/ironic/ironic.conf', import.meta.url)),
].find((file) => existsSync(file))

describe("Ironic's files", () => {
  it.skipIf(debianSample === undefined)("Debian's sample with every option uncommented", () => {
    const text = readFileSync(debianSample ?? '', 'utf8').replaceAll(/^#(?=[a-z0-9_]+ = )/gm, '')
    const request = { files: [write(text)], env: {} }
    const { problems, warnings, optionsSet } = checkConfig(request)
    expect(problems).toEqual([])
    expect(warnings.filter(({ value }) => value !== '<None>')).toEqual([])
    expect(optionsSet).toBeGreaterThan(500)
    const { config } = loadConfig(request)
    expect(config.pxe.ipxe_boot_script).toMatch(/^\/.*\/boot\.ipxe$/)
  })

  it('an ironic.conf of a standalone installation', () => {
    const file = fileURLToPath(new URL('../../test/data/config/ironic.conf', import.meta.url))
    const { config, warnings, origin } = loadConfig({ files: [file], env: {} })
    expect(config.DEFAULT).toMatchObject({
      auth_strategy: 'http_basic',
      debug: true,
      host: 'ironic-1.example.org',
      hash_ring_algorithm: 'sha256',
      hash_ring_reset_interval: 5,
    })
    expect(config.api).toMatchObject({ host_ip: '::', public_endpoint: 'https://[2001:db8::17]:6385/', api_workers: 4 })
    expect(config.conductor).toMatchObject({
      heartbeat_timeout: 120,
      conductor_group: 'Rack-1',
      deploy_kernel: 'http://192.0.2.17:6180/images/ironic-python-agent.kernel',
      deploy_ramdisk: 'http://192.0.2.17:6180/images/ironic-python-agent.initramfs',
      file_url_allowed_paths: ['/shared/html/images', '/templates'],
    })
    expect(config.database).toMatchObject({
      connection: 'mysql+pymysql://ironic:s3cr$t@127.0.0.1/ironic?charset=utf8mb4',
      max_pool_size: 20,
    })
    expect(config.deploy).toEqual({
      http_root: '/shared/html/',
      http_url: 'http://192.0.2.17:6180',
      default_boot_mode: 'uefi',
    })
    expect(config.json_rpc).toMatchObject({ username: 'ironic', password: 'p;a#ss=word', port: 8090, use_ssl: true })
    expect(config.pxe).toMatchObject({
      kernel_append_params: 'nofb nomodeset vga=normal console=tty0\nsystemd.journald.forward_to_console=yes',
      ipxe_use_boot_config_api: true,
      ipxe_config_api_root_url: 'http://192.0.2.10:8081',
    })
    expect(origin('DEFAULT', 'my_ip')).toEqual({ file, line: 13 })
    expect(warnings.map(({ option }) => option).sort()).toEqual([
      'http_basic_password',
      'http_basic_username',
      'pxe_append_params',
    ])
  })
})
