import type { RestAccess } from '../../api/rest/access.ts'
import type { RestParts } from '../../api/rest/rest.ts'
import type { Logger } from '../../observe/logger.ts'
import { createBasicAuthenticator } from '../../rpc/basic-auth.ts'
import { HtpasswdFile } from '../../rpc/htpasswd.ts'
import type { Installation } from '../installation.ts'
import type { ApiParts } from './api-parts.ts'
import { isLoopback } from './rpc-server-options.ts'

/** The REST API of management, as the options say; undefined beside a running Ironic, whose API has it. */
export function buildRest(parts: ApiParts, access: RestAccess): RestParts | undefined {
  const { conductors, installation, log, rings } = parts
  const reader = parts.database.management
  if (installation.attached || reader === undefined) return undefined
  const { api, conductor } = installation.config
  return {
    reader,
    rings,
    conductors,
    access,
    logger: log,
    events: parts.events?.sink,
    server: installation.host,
    publicEndpoint: api.public_endpoint,
    options: {
      maxLimit: api.max_limit,
      restrictLookup: api.restrict_lookup,
      heartbeatTimeoutSeconds: conductor.heartbeat_timeout,
      agentHeartbeatTimeoutSeconds: api.ramdisk_heartbeat_timeout,
    },
  }
}

/**
 * Who may manage nodes, and look at what operators look at. Where nothing says so and others than this host could ask, nobody: an API that has only answered
 * machines until now goes on doing that, and opens to nobody by being upgraded. Throws `ConfigInvalid`.
 */
export function restAccess(installation: Installation, log: Logger): RestAccess {
  const { apiHost, config } = installation
  const { auth_strategy: strategy, http_basic_auth_user_file: userFile } = config.DEFAULT
  if (strategy === 'noauth') return { kind: 'open' }
  if (strategy === undefined && isLoopback(apiHost)) return { kind: 'open', names: namesOf(installation) }
  if (strategy === 'http_basic' && userFile !== undefined) {
    const file = new HtpasswdFile(userFile, log, 1000, '[DEFAULT]http_basic_auth_user_file')
    return {
      kind: 'basic',
      authenticate: createBasicAuthenticator(file),
      readOnlyUsers: new Set(config.bootring.read_only_users),
    }
  }
  const remedy =
    'set [DEFAULT]auth_strategy to http_basic (with http_basic_auth_user_file), or to noauth where the network is trusted'
  const why = {
    none: 'it is not said who may use it',
    keystone: '[DEFAULT]auth_strategy = keystone is not supported',
    http_basic: '[DEFAULT]http_basic_auth_user_file is not set',
  }[strategy ?? 'none']
  const what = installation.attached ? 'what operators may look at' : 'the REST API of management'
  // Beside an Ironic nobody may want it; alone nobody gets far without.
  const level = installation.attached ? 'info' : 'warn'
  log[level]({ host: apiHost }, `${what} is closed, since ${why}: ${remedy}; machines boot all the same`)
  return { kind: 'closed', reason: `The management API is closed: ${why}. The operator can ${remedy}.` }
}

/** Lower case, as browsers write them. */
function namesOf({ apiRootUrls, config, host, httpUrl }: Installation): Set<string> {
  const urls = [...apiRootUrls, httpUrl, config.api.public_endpoint ?? '']
  return new Set([host.toLowerCase(), ...urls.flatMap((url) => URL.parse(url)?.hostname ?? [])])
}
