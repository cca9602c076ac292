import { existsSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { parseConductorAddresses } from '../../config/conductor-addresses.ts'
import { BootringError } from '../../model/errors.ts'
import type { RpcAuth } from '../../rpc/caller-guard.ts'
import type { RpcServerOptions } from '../../rpc/server.ts'
import type { Installation } from '../installation.ts'

/** How `[json_rpc]` says that this conductor lets callers in. Closed by default: without a word, only on loopback. */
export function rpcServerOptions(
  installation: Installation,
): Pick<RpcServerOptions, 'host' | 'port' | 'auth' | 'tls' | 'limits'> {
  const { config, rpcHost: host, rpcPort: port } = installation
  const limits = { maxCalls: config.bootring.max_rpc_calls }
  return { host, port, auth: rpcAuth(installation), tls: rpcTls(installation), limits }
}

/**
 * Keystone's tokens are Ironic's affair: bootring can neither check them nor get any, and a user meant for keystone must
 * not be sent to a conductor. Throws `ConfigInvalid`.
 */
export function refuseKeystone(installation: Installation): void {
  if (strategyOf(installation) !== 'keystone') return
  const remedy = installation.attached
    ? 'set [json_rpc]auth_strategy (and http_basic_auth_user_file, username, password) in a file that only bootring reads'
    : 'set http_basic or noauth'
  throw new BootringError('ConfigInvalid', `[json_rpc]auth_strategy = keystone is not supported: ${remedy}`)
}

/** How conductors know their callers; undefined where nothing says so. */
export function strategyOf({ config }: Installation) {
  return config.json_rpc.auth_strategy ?? config.DEFAULT.auth_strategy
}

function rpcAuth(installation: Installation): RpcAuth {
  refuseKeystone(installation)
  const { config, rpcHost } = installation
  const strategy = strategyOf(installation)
  const { http_basic_auth_user_file: userFile } = config.json_rpc
  switch (strategy) {
    case 'http_basic':
      // Whoever wants passwords for people may not know that calls to conductors want some as well.
      if (config.json_rpc.auth_strategy === undefined && !existsSync(userFile))
        throw new BootringError(
          'ConfigInvalid',
          `[json_rpc]auth_strategy follows [DEFAULT]auth_strategy = http_basic, and ${userFile} is not there: name the file of those who may call conductors in [json_rpc]http_basic_auth_user_file, or set [json_rpc]auth_strategy = noauth where the network is trusted`,
        )
      return { strategy, userFile }
    case 'noauth':
      return { strategy }
    default:
      if (isLoopback(rpcHost)) return { strategy: 'noauth', names: namesOf(installation) }
      throw new BootringError(
        'ConfigInvalid',
        `[json_rpc]auth_strategy is not set and the conductor would listen on "${rpcHost}": set it to http_basic (with http_basic_auth_user_file), or say noauth where the network is trusted`,
      )
  }
}

/** By which APIs on this host call this conductor. */
function namesOf({ config, hostNames }: Installation): Set<string> {
  const known = [...parseConductorAddresses(config.bootring.conductor_addresses).values()]
  const hosts = [...hostNames, ...known.map(({ host }) => host)]
  return new Set(hosts.flatMap((host) => URL.parse(`http://${host}`)?.hostname ?? []))
}

function rpcTls({ config }: Installation): { certFile: string; keyFile: string } | undefined {
  const { cert_file: certFile, key_file: keyFile, use_ssl: useSsl } = config.json_rpc
  if (!useSsl) return undefined
  if (certFile === undefined || keyFile === undefined) {
    throw new BootringError('ConfigInvalid', '[json_rpc]use_ssl = True needs cert_file and key_file')
  }
  return { certFile, keyFile }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback')
}
