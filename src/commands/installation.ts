import { join } from 'node:path'
import ipaddr from 'ipaddr.js'
import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load.ts'
import { BootringError } from '../model/errors.ts'
import { computeDefaults } from './computed-defaults.ts'
import type { MachineFacts } from './machine-facts.ts'

/** Everything that depends on the machine, filled in. */
export interface Installation {
  readonly config: Config
  /** Beside a running Ironic, whose database and files are read. */
  readonly attached: boolean
  /** This conductor's name in the ring, without a port. */
  readonly host: string
  /** Names under which the conductor of this host may be registered, the most likely first; attached, Ironic's own may have a port besides. */
  readonly hostNames: readonly string[]
  /** IPv4 or IPv6 address, the latter without brackets. */
  readonly myIp: string
  /** Where bootring keeps its own; Ironic's folder is left alone. */
  readonly statePath: string
  /** SQLAlchemy's form; may hold a password. */
  readonly databaseUrl: string
  readonly httpRoot: string
  /** GRUB and pxelinux files; attached, Ironic's. */
  readonly tftpRoot: string
  /** Attached: where copies of other conductors' boot files lie. */
  readonly replicaPath: string
  /** Without a slash at the end, as all URLs here. */
  readonly httpUrl: string
  /** Under which firmware reaches `/v1/boot`. */
  readonly apiRootUrl: string
  /** The same of all APIs that the root script asks in turn; the first is `apiRootUrl`. */
  readonly apiRootUrls: readonly string[]
  /** Addresses and ports to listen on. */
  readonly apiHost: string
  readonly apiPort: number
  /** Where machines' syslog is received; port 0: nowhere. */
  readonly syslog: { readonly host: string; readonly port: number }
  readonly rpcHost: string
  readonly rpcPort: number
  readonly fileServerHost: string
  readonly fileServerPort: number
  /** Sentences on what was chosen because no option says it. */
  readonly choices: readonly string[]
}

export interface InstallationRequest {
  /** `bootring serve`: keep to the machine itself wherever the configuration does not say otherwise. */
  readonly loopbackDefaults?: boolean
  /** Attached, for a command that opens no database: without its URL, that is empty. */
  readonly withoutDatabase?: boolean
}

/**
 * Fills in what `[DEFAULT]host`, `my_ip`, `state_path`, `[database]connection`, `[deploy]http_root`, `http_url` and the addresses to
 * listen on are where they are not set.
 *
 * @throws BootringError ConfigInvalid where no state folder can be found.
 */
export function resolveInstallation(
  loaded: Pick<LoadedConfig, 'config' | 'isSet'>,
  facts: MachineFacts,
  { loopbackDefaults = false, withoutDatabase = false }: InstallationRequest = {},
): Installation {
  const { config } = loaded
  const attached = config.bootring.mode === 'attached'
  const choices: string[] = []
  function choose(option: string, value: string | undefined, otherwise: () => string): string {
    if (value !== undefined) return value
    const chosen = otherwise()
    choices.push(`${option} is not set: using ${chosen}.`)
    return chosen
  }

  const computed = computeDefaults(facts, { loopbackDefaults, attached })
  const myIp = choose('[DEFAULT]my_ip', config.DEFAULT.my_ip, () => computed.my_ip)
  const urlHost = inUrl(myIp)
  const statePath = attached
    ? computed.statePath()
    : choose('[DEFAULT]state_path', config.DEFAULT.state_path, () => computed.statePath())
  const databaseUrl = choose('[database]connection', config.database.connection, () => {
    // Ironic's own default.
    if (attached && config.DEFAULT.state_path !== undefined)
      return `sqlite:///${join(config.DEFAULT.state_path, 'ironic.sqlite')}`
    if (attached && withoutDatabase) return ''
    if (attached)
      throw new BootringError(
        'ConfigInvalid',
        "[database]connection: expected the URL of Ironic's database, as mode is attached",
      )
    // Four slashes in all before an absolute path.
    return `sqlite:///${join(statePath, 'bootring.sqlite')}`
  })
  const httpRoot = choose('[deploy]http_root', config.deploy.http_root, () =>
    // Ironic's own default.
    attached ? '/httpboot' : join(statePath, 'httpboot'),
  )
  // Ironic's own default is for a folder that only root can make.
  const tftpRoot = config.pxe.tftp_root ?? (attached ? '/tftpboot' : join(statePath, 'tftpboot'))
  const httpUrl = withoutSlash(choose('[deploy]http_url', config.deploy.http_url, () => `http://${urlHost}:8080`))

  const anyAddress = (facts.hasIpv6 ?? true) ? '::' : '0.0.0.0'
  const apiHost = choose('[api]host_ip', (attached ? config.bootring.api_ip : undefined) ?? config.api.host_ip, () =>
    loopbackDefaults ? '127.0.0.1' : ipaddr.IPv6.isValid(myIp) ? '::' : '0.0.0.0',
  )
  const rpcHost = choose(
    '[json_rpc]host_ip',
    loaded.isSet('json_rpc', 'host_ip') ? config.json_rpc.host_ip : undefined,
    () => (loopbackDefaults ? '127.0.0.1' : anyAddress),
  )
  // A name for this machine alone would be wrong where other hosts call it.
  const host = choose('[DEFAULT]host', config.DEFAULT.host, () =>
    attached || loopbackAddress(rpcHost) !== undefined ? computed.host() : facts.hostname,
  )
  // What Python and we take for the full name need not agree.
  const otherNames = attached && config.DEFAULT.host === undefined && host !== facts.hostname ? [facts.hostname] : []
  // Ironic's own API and conductor have the usual ports.
  const apiPort = attached ? config.bootring.api_port : config.api.port
  const rpcPort = attached ? config.bootring.rpc_port : config.json_rpc.port
  // Ironic's own API is not ours.
  const publicEndpoint = attached ? undefined : config.api.public_endpoint
  const named = config.bootring.api_root_urls
  const [apiRootUrl, ...otherRootUrls] = [
    ...(named.length > 0 ? named : [config.pxe.ipxe_config_api_root_url ?? publicEndpoint]),
  ].map((url) => withoutSlash(url ?? `http://${urlHost}:${apiPort}`)) as [string, ...string[]]
  const { hostname, port, protocol } = new URL(httpUrl)
  const fileServerHost = config.bootring.http_root_ip ?? loopbackAddress(hostname) ?? anyAddress

  return {
    config,
    attached,
    host,
    hostNames: [host, ...otherNames],
    myIp,
    statePath,
    databaseUrl,
    httpRoot,
    tftpRoot,
    replicaPath: config.bootring.replica_path ?? join(statePath, 'replicas'),
    httpUrl,
    apiRootUrl,
    apiRootUrls: [apiRootUrl, ...otherRootUrls],
    apiHost,
    apiPort,
    syslog: { host: config.bootring.syslog_host ?? apiHost, port: config.bootring.syslog_port },
    rpcHost,
    rpcPort,
    fileServerHost,
    fileServerPort: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    choices,
  }
}

/** The address, where the host of a URL is one that stays within the machine. */
function loopbackAddress(urlHostname: string): string | undefined {
  if (urlHostname === 'localhost') return '127.0.0.1'
  const address = urlHostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback' ? address : undefined
}

/** IPv6 addresses in brackets. */
export const inUrl = (address: string): string => (ipaddr.IPv6.isValid(address) ? `[${address}]` : address)
const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
