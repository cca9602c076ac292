import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkConfig, type LoadedConfig, type LoadRequest, loadConfig } from './load.ts'
import { formatProblem } from './problem.ts'

const overrides = { bootring: { mode: 'attached' } }
const computedDefaults = { DEFAULT: { host: 'this.example.org', my_ip: '192.0.2.99', state_path: '/var/lib/bootring' } }
const data = new URL('../../test/data/config/attached/', import.meta.url)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-attached-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function request(text: string, more: Partial<LoadRequest> = {}): LoadRequest {
  const file = join(folder, 'ironic.conf')
  writeFileSync(file, text)
  return { files: [file], env: {}, overrides, computedDefaults, ...more }
}

const typical = (name: string): LoadRequest => ({
  files: [fileURLToPath(new URL(`${name}.conf`, data))],
  env: {},
  overrides,
  computedDefaults,
})

/** What is wrong, a line each, without the file's name. */
const said = (problems: ReturnType<typeof checkConfig>['problems']): string[] =>
  problems.map((problem) => formatProblem(problem).replace(/^\S*\.conf:/, ''))

const database = '[database]\nconnection = mysql+pymysql://u:p@h/ironic\n'

describe('typical files, attached', () => {
  it.each(readdirSync(data))('%s has no problem, and loads without a warning', (file) => {
    const name = file.replace('.conf', '')
    expect(said(checkConfig(typical(name)).problems)).toEqual([])
    expect(said(loadConfig(typical(name)).warnings)).toEqual([])
  })

  it("Metal3's", () => {
    const { config } = loadConfig(typical('metal3'))
    expect(config).toMatchObject({
      DEFAULT: { host: 'metal3-conductor-1', my_ip: 'fd00:1101::3', hash_ring_algorithm: 'sha256' },
      database: { connection: 'mysql+pymysql://ironic:pa$word@mariadb.metal3.example/ironic?charset=utf8&ssl=on' },
      deploy: { http_root: '/shared/html/', http_url: 'http://[fd00:1101::3]:6180' },
      json_rpc: {
        auth_strategy: 'http_basic',
        use_ssl: true,
        username: 'ironic',
        password: 'se=cr;et',
        cert_file: '/certs/ironic/tls.crt',
        key_file: '/certs/ironic/tls.key',
      },
      pxe: { tftp_root: '/shared/tftpboot', ipxe_fallback_script: 'inspector.ipxe' },
    })
    expect(said(checkConfig(typical('metal3')).warnings)).toEqual([
      expect.stringMatching(
        /^\[api\]host_ip = 127\.0\.0\.1: expected an address that machines reach.*\[bootring\]api_ip$/,
      ),
    ])
  })

  it("Bifrost's", () => {
    expect(loadConfig(typical('bifrost')).config).toMatchObject({
      deploy: { http_root: '/var/lib/ironic/httpboot', http_url: 'http://192.0.2.20:8080/' },
      pxe: { tftp_root: '/var/lib/tftpboot', ipxe_fallback_script: 'pxelinux.cfg/default' },
    })
    expect(said(checkConfig(typical('bifrost')).warnings)).toEqual([
      expect.stringMatching(/^\[api\]host_ip/),
      expect.stringMatching(/^\[json_rpc\]username: expected the user/),
    ])
  })

  it("Kolla's, with what only Ironic takes", () => {
    expect(loadConfig(typical('kolla')).config).toMatchObject({
      api: { host_ip: '192.0.2.31', api_workers: 1 },
      conductor: { heartbeat_timeout: 0, sync_local_state_interval: 180 },
      database: { max_pool_size: 5 },
      deploy: { http_url: 'http://192.0.2.31:8089' },
      json_rpc: { host_ip: '192.0.2.31', username: 'ironic' },
      pxe: { ipxe_timeout: 0, ipxe_boot_script: undefined },
    })
    expect(said(checkConfig(typical('kolla')).warnings)).toEqual([
      expect.stringMatching(
        /^\[json_rpc\]auth_strategy = keystone: expected http_basic or noauth, in .*bootring\.conf/,
      ),
    ])
  })
})

it('a file for a standalone bootring or Ironic loads attached too', () => {
  const files = [fileURLToPath(new URL('../ironic.conf', data))]
  const { config, warnings } = loadConfig({ files, env: {}, overrides, computedDefaults })
  expect(said(warnings)).toEqual([])
  expect(config.DEFAULT.host).toBe('ironic-1.example.org')
})

describe("Ironic's values, attached", () => {
  const values = (text: string): LoadedConfig['config'] => loadConfig(request(text)).config

  it('reach further than those that bootring takes on its own', () => {
    const text = `${database}max_pool_size = 100000\npool_timeout = 0\n[conductor]\nheartbeat_timeout = -5\nheartbeat_interval = 0
[DEFAULT]\nhash_ring_reset_interval = -1\nauth_strategy = keystone\n[api]\napi_workers = 1000\n`
    const config = values(text)
    expect(config.database).toMatchObject({ max_pool_size: 1000, pool_timeout: 1 })
    expect(config.conductor).toMatchObject({ heartbeat_timeout: -5, heartbeat_interval: 10 })
    expect(config.DEFAULT).toMatchObject({ hash_ring_reset_interval: 0, auth_strategy: 'keystone' })
    expect(config.api.api_workers).toBe(256)
    const standalone = checkConfig(request(text, { overrides: {} })).problems.map(({ option }) => option)
    expect(standalone.sort()).toEqual([
      'api_workers',
      'hash_ring_reset_interval',
      'heartbeat_interval',
      'heartbeat_timeout',
      'max_pool_size',
      'pool_timeout',
    ])
  })

  it('must still be right where bootring has to use them', () => {
    expect(said(checkConfig(request(`${database}[json_rpc]\nport = x\n[bootring]\napi_prot = 1\n`)).problems)).toEqual([
      expect.stringMatching(/\[bootring\]api_prot: expected an option of this group: did you mean api_port/),
      expect.stringMatching(/\[json_rpc\]port = x: expected a port/),
    ])
    expect(said(checkConfig(request(`${database}[DEFAULT]\nhash_ring_algorithm = crc32`)).problems)).toHaveLength(1)
  })

  it("refer to Ironic's defaults, and to what this host has", () => {
    const config = values(`[DEFAULT]\nstate_path = /var/lib/ironic\n[deploy]\nhttp_url = http://$my_ip:8080
[pxe]\nipxe_fallback_script = http://$pxe.tftp_server\${deploy.http_root}/\${host}\n`)
    expect(config.deploy.http_url).toBe('http://192.0.2.99:8080')
    expect(config.pxe.ipxe_fallback_script).toBe('http://192.0.2.99/httpboot/this.example.org')
  })

  it("do not know the folder of Ironic's Python package", () => {
    const text = '[database]\nconnection = sqlite:///$state_path/ironic.sqlite\n[deploy]\nhttp_root = $bindir/x\n'
    expect(said(checkConfig(request(text)).problems)).toEqual([
      expect.stringMatching(/^2: \[database\]connection = \*\*\*: expected references to options that are set/),
      expect.stringMatching(
        /^4: \[deploy\]http_root = \$bindir\/x: expected \$pybasedir to name an option that is set/,
      ),
      "[database]connection: expected the URL of Ironic's database, as mode is attached",
    ])
    expect(values(`${text}[DEFAULT]\npybasedir = /usr/lib/python3/dist-packages/ironic\n`)).toMatchObject({
      database: { connection: 'sqlite:////usr/lib/python3/dist-packages/ironic/ironic.sqlite' },
      deploy: { http_root: '/usr/lib/python3/dist-packages/ironic/bin/x' },
    })
  })

  it('need a database', () => {
    expect(said(checkConfig(request('')).problems)).toEqual([
      "[database]connection: expected the URL of Ironic's database, as mode is attached",
    ])
    expect(said(checkConfig(request('[DEFAULT]\nstate_path = /var/lib/ironic\n')).problems)).toEqual([])
  })
})

it("a stock template's path counts as not set, standalone", () => {
  const standalone = request('[pxe]\nipxe_boot_script = $pybasedir/drivers/modules/boot.ipxe\n', { overrides: {} })
  const { config, warnings } = loadConfig(standalone)
  expect(config.pxe.ipxe_boot_script).toBeUndefined()
  expect(said(warnings)).toEqual([
    "2: [pxe]ipxe_boot_script = $pybasedir/drivers/modules/boot.ipxe: expected the line to be left out: this is Ironic's own template",
  ])
})

/** Every option of the file, with the value that the comment shows. */
const uncommented = (text: string): string => text.replaceAll(/^#(?=[a-z0-9_]+ = )/gm, '')

const debianSample = [
  '/usr/share/ironic-common/ironic.conf',
  fileURLToPath(new URL('../../.tools/ironic/ironic.conf', import.meta.url)),
].find((file) => existsSync(file))

const generator = fileURLToPath(new URL('../../.tools/ironic-newest/bin/oslo-config-generator', import.meta.url))
const namespaces = [
  'ironic',
  'oslo.db',
  'oslo.messaging',
  'oslo.middleware.cors',
  'oslo.middleware.healthcheck',
  'oslo.middleware.http_proxy_to_wsgi',
  'oslo.concurrency',
  'oslo.policy',
  'oslo.log',
  'oslo.service.periodic_task',
  'oslo.service.sslutils',
  'oslo.versionedobjects',
  'osprofiler',
  'keystonemiddleware.audit',
  'keystonemiddleware.auth_token',
]

describe('samples with every option uncommented, attached', () => {
  function expectToLoad(text: string): void {
    const { problems, warnings, optionsSet } = checkConfig(request(text))
    expect(said(problems)).toEqual([])
    expect(said(warnings.filter(({ value, option }) => value !== '<None>' && option !== 'auth_strategy'))).toEqual([])
    expect(optionsSet).toBeGreaterThan(500)
  }

  it.skipIf(debianSample === undefined)("Debian's", () => {
    expectToLoad(uncommented(readFileSync(debianSample ?? '', 'utf8')))
  })

  it.skipIf(!existsSync(generator))(
    "the newest Ironic's",
    () => {
      const args = namespaces.flatMap((namespace) => ['--namespace', namespace])
      const run = spawnSync(generator, args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024, timeout: 60_000 })
      expect(run.status).toBe(0)
      expectToLoad(uncommented(run.stdout))
    },
    90_000,
  )
})
