import { expect, it } from 'vitest'
import { loadConfig } from '../../config/load.ts'
import { resolveInstallation } from '../installation.ts'
import { rpcServerOptions } from './rpc-server-options.ts'

function options(overrides: Record<string, Record<string, string>>) {
  const facts = { uid: 0, env: {}, hostname: 'h', addresses: ['192.0.2.1'] }
  return rpcServerOptions(resolveInstallation(loadConfig({ files: [], env: {}, overrides }), facts))
}

const http_basic_auth_user_file = '/nowhere/htpasswd'

it('says why calls want passwords where only people were to have some', () => {
  const everybody = { auth_strategy: 'http_basic' }
  const follows = /\[json_rpc\]auth_strategy follows .*\/nowhere\/htpasswd is not there/
  expect(() => options({ DEFAULT: everybody, json_rpc: { http_basic_auth_user_file } })).toThrow(follows)
  const local = { auth_strategy: 'noauth', host_ip: '127.0.0.1' }
  expect(options({ DEFAULT: everybody, json_rpc: local }).auth).toEqual({ strategy: 'noauth' })
})

it('takes no calls from beyond loopback until it is said whose', () => {
  expect(() => options({ json_rpc: { host_ip: '0.0.0.0' } })).toThrow('[json_rpc]auth_strategy is not set')
  const conductor_addresses = 'ironic-1=Alias:8190, other=192.0.2.1'
  const local = { DEFAULT: { host: 'Cond-1' }, json_rpc: { host_ip: '127.0.0.1' }, bootring: { conductor_addresses } }
  // Whoever may not say who it is has to know the conductor's name.
  expect(options(local).auth).toEqual({ strategy: 'noauth', names: new Set(['cond-1', 'alias', '192.0.2.1']) })
})
