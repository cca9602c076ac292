import { describe, expect, it } from 'vitest'
import { loadConfig } from '../config/load.ts'
import { type Installation, type InstallationRequest, resolveInstallation } from './installation.ts'
import type { MachineFacts } from './machine-facts.ts'

const root: MachineFacts = { uid: 0, env: {}, hostname: 'metal', addresses: ['192.0.2.5', '2001:db8::5'] }

function resolve(
  overrides: Record<string, Record<string, string>> = {},
  facts: Partial<MachineFacts> = {},
  request: InstallationRequest = {},
): Omit<Installation, 'config'> {
  const { config, ...rest } = resolveInstallation(
    loadConfig({ files: [], env: {}, overrides }),
    { ...root, ...facts },
    request,
  )
  return rest
}

describe('the installation', () => {
  it('is chosen whole where nothing is set, and says so', () => {
    expect(resolve()).toEqual({
      attached: false,
      host: 'metal',
      hostNames: ['metal'],
      myIp: '192.0.2.5',
      statePath: '/var/lib/bootring',
      databaseUrl: 'sqlite:////var/lib/bootring/bootring.sqlite',
      httpRoot: '/var/lib/bootring/httpboot',
      tftpRoot: '/var/lib/bootring/tftpboot',
      replicaPath: '/var/lib/bootring/replicas',
      httpUrl: 'http://192.0.2.5:8080',
      apiRootUrl: 'http://192.0.2.5:6385',
      apiRootUrls: ['http://192.0.2.5:6385'],
      apiHost: '0.0.0.0',
      apiPort: 6385,
      syslog: { host: '0.0.0.0', port: 0 },
      rpcHost: '::',
      rpcPort: 8089,
      fileServerHost: '::',
      fileServerPort: 8080,
      choices: [
        '[DEFAULT]my_ip is not set: using 192.0.2.5.',
        '[DEFAULT]state_path is not set: using /var/lib/bootring.',
        '[database]connection is not set: using sqlite:////var/lib/bootring/bootring.sqlite.',
        '[deploy]http_root is not set: using /var/lib/bootring/httpboot.',
        '[deploy]http_url is not set: using http://192.0.2.5:8080.',
        '[api]host_ip is not set: using 0.0.0.0.',
        '[json_rpc]host_ip is not set: using ::.',
        '[DEFAULT]host is not set: using metal.',
      ],
    })
  })

  it('keeps to the machine for bootring serve', () => {
    expect(resolve({}, {}, { loopbackDefaults: true })).toMatchObject({
      myIp: '127.0.0.1',
      httpUrl: 'http://127.0.0.1:8080',
      apiRootUrl: 'http://127.0.0.1:6385',
      apiHost: '127.0.0.1',
      rpcHost: '127.0.0.1',
      fileServerHost: '127.0.0.1',
      host: 'localhost',
    })
    const rpcForOthers = resolve({ json_rpc: { host_ip: '192.0.2.5' } }, {}, { loopbackDefaults: true })
    expect(rpcForOthers).toMatchObject({ host: 'metal', rpcHost: '192.0.2.5' })
  })

  it('follows what is set, also for bootring serve, and chooses nothing then', () => {
    const overrides = {
      DEFAULT: { host: 'c1', my_ip: '2001:db8::7', state_path: '/s' },
      database: { connection: 'postgresql+psycopg2://u:hunter2@db/x' },
      deploy: { http_root: '/r', http_url: 'http://[2001:db8::7]:8081/' },
      api: { host_ip: '[::]', port: '7000' },
      json_rpc: { host_ip: '::', port: '8090' },
    }
    for (const loopbackDefaults of [false, true])
      expect(resolve(overrides, {}, { loopbackDefaults })).toEqual({
        attached: false,
        host: 'c1',
        hostNames: ['c1'],
        myIp: '2001:db8::7',
        statePath: '/s',
        databaseUrl: 'postgresql+psycopg2://u:hunter2@db/x',
        httpRoot: '/r',
        tftpRoot: '/s/tftpboot',
        replicaPath: '/s/replicas',
        httpUrl: 'http://[2001:db8::7]:8081',
        apiRootUrl: 'http://[2001:db8::7]:7000',
        apiRootUrls: ['http://[2001:db8::7]:7000'],
        apiHost: '::',
        apiPort: 7000,
        syslog: { host: '::', port: 0 },
        rpcHost: '::',
        rpcPort: 8090,
        fileServerHost: '::',
        fileServerPort: 8081,
        choices: [],
      })
  })

  it('listens on IPv6 where the machine is known by it, and not where the kernel has none', () => {
    expect(resolve({ DEFAULT: { my_ip: '2001:db8::7' } })).toMatchObject({
      apiHost: '::',
      httpUrl: 'http://[2001:db8::7]:8080',
    })
    expect(resolve({}, { hasIpv6: false })).toMatchObject({ rpcHost: '0.0.0.0', fileServerHost: '0.0.0.0' })
  })

  it('serves files on the port of http_url, and on its address where that is loopback', () => {
    const files = (http_url: string, bootring: Record<string, string> = {}) => {
      const { fileServerHost, fileServerPort } = resolve({ deploy: { http_url }, bootring })
      return [fileServerHost, fileServerPort]
    }
    expect(files('http://127.0.0.12:8080/')).toEqual(['127.0.0.12', 8080])
    expect(files('http://[::1]:8081')).toEqual(['::1', 8081])
    expect(files('http://localhost')).toEqual(['127.0.0.1', 80])
    expect(files('https://boot.example.org')).toEqual(['::', 443])
    expect(files('http://192.0.2.5:80', { http_root_ip: '192.0.2.5' })).toEqual(['192.0.2.5', 80])
  })

  it('tells firmware the most special of the URLs, without a slash at its end', () => {
    const endpoint = { api: { public_endpoint: 'https://api.example.org/' } }
    expect(resolve(endpoint).apiRootUrl).toBe('https://api.example.org')
    expect(resolve({ ...endpoint, pxe: { ipxe_config_api_root_url: 'http://192.0.2.9:80/boot//' } }).apiRootUrl).toBe(
      'http://192.0.2.9:80/boot',
    )
  })

  it("keeps a user's state in the user's folder", () => {
    const user = { uid: 1000, env: { HOME: '/home/u' } }
    expect(resolve({}, user).statePath).toBe('/home/u/.local/state/bootring')
    expect(resolve({}, { uid: 1000, env: { HOME: '/home/u', XDG_STATE_HOME: '/x' } }).statePath).toBe('/x/bootring')
    expect(resolve({}, { uid: 1000, env: { HOME: '/home/u', XDG_STATE_HOME: 'x' } }).httpRoot).toBe(
      '/home/u/.local/state/bootring/httpboot',
    )
    expect(() => resolve({}, { uid: 1000, env: {} })).toThrow(/^\[DEFAULT\]state_path: expected a path/)
    expect(resolve({ DEFAULT: { state_path: '/s' } }, { uid: 1000, env: {} }).databaseUrl).toBe(
      'sqlite:////s/bootring.sqlite',
    )
  })

  it('is 127.0.0.1 on a machine without any other address', () => {
    expect(resolve({}, { addresses: [] })).toMatchObject({ myIp: '127.0.0.1', fileServerHost: '127.0.0.1' })
  })

  it("beside Ironic has Ironic's names and defaults, and ports of its own", () => {
    const ironic = {
      bootring: { mode: 'attached' },
      database: { connection: 'mysql+pymysql://u:p@db/ironic' },
      api: { public_endpoint: 'https://ironic.example.org' },
    }
    const fqdn = () => 'metal.example.org'
    expect(resolve(ironic, { fqdn })).toMatchObject({
      attached: true,
      host: 'metal.example.org',
      hostNames: ['metal.example.org', 'metal'],
      httpRoot: '/httpboot',
      tftpRoot: '/tftpboot',
      apiPort: 6386,
      rpcPort: 8189,
      apiRootUrl: 'http://192.0.2.5:6386',
    })
    expect(resolve({ ...ironic, DEFAULT: { host: 'opaque' } }, { fqdn }).hostNames).toEqual(['opaque'])
    expect(resolve(ironic, { fqdn: () => 'metal' }).hostNames).toEqual(['metal'])
    expect(resolve(ironic).hostNames).toEqual(['metal'])
  })

  it("beside Ironic keeps its own state apart from Ironic's", () => {
    const ironic = { bootring: { mode: 'attached' }, DEFAULT: { state_path: '/var/lib/ironic' } }
    expect(resolve(ironic)).toMatchObject({
      statePath: '/var/lib/bootring',
      replicaPath: '/var/lib/bootring/replicas',
      databaseUrl: 'sqlite:////var/lib/ironic/ironic.sqlite',
    })
    const unit = { uid: 990, env: { HOME: '/', STATE_DIRECTORY: '/var/lib/private/bootring:/var/lib/x' } }
    expect(resolve(ironic, unit).replicaPath).toBe('/var/lib/private/bootring/replicas')
    expect(resolve({}, unit).statePath).toBe('/var/lib/private/bootring')
    expect(resolve({ bootring: { ...ironic.bootring, replica_path: '/r' }, DEFAULT: ironic.DEFAULT }).replicaPath).toBe(
      '/r',
    )
  })

  it("beside Ironic may listen elsewhere than Ironic's API behind its proxy", () => {
    const behind = { database: { connection: 'mysql+pymysql://u:p@db/ironic' }, api: { host_ip: '127.0.0.1' } }
    expect(resolve({ ...behind, bootring: { mode: 'attached' } }).apiHost).toBe('127.0.0.1')
    expect(resolve({ ...behind, bootring: { mode: 'attached', api_ip: '::' } }).apiHost).toBe('::')
    expect(resolve({ ...behind, bootring: { api_ip: '::' } }).apiHost).toBe('127.0.0.1')
  })

  it('tells firmware of several APIs, where there are several', () => {
    const several = { bootring: { api_root_urls: 'http://192.0.2.1:6386/, http://192.0.2.2:6386' } }
    expect(resolve({ ...several, pxe: { ipxe_config_api_root_url: 'http://one' } })).toMatchObject({
      apiRootUrl: 'http://192.0.2.1:6386',
      apiRootUrls: ['http://192.0.2.1:6386', 'http://192.0.2.2:6386'],
    })
    expect(() => resolve({ bootring: { api_root_urls: 'http://a, b' } })).toThrow(
      /api_root_urls.*: expected .*, not b$/,
    )
  })

  it('beside Ironic needs the URL of its database', () => {
    expect(() => resolve({ bootring: { mode: 'attached' } })).toThrow(/^\[database\]connection: expected the URL/)
  })
})
