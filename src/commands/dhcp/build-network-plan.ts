import { type Family, type IpAddress, parseIp, showIp } from '../../dhcp/ip-address.ts'
import { type Loader, loaderNames, loaders } from '../../dhcp/loaders.ts'
import type { NetworkPlan, PerFamily, Subnet } from '../../dhcp/network-plan.ts'
import { isFileName, isInterface, isPlainPath } from '../../dhcp/plain-text.ts'
import { byFamily, checkedUrl, path, pathNeeded, wrong } from './checked-options.ts'
import type { PlanRequest } from './plan-request.ts'
import { isIn, readSubnets } from './read-subnets.ts'

/** The plan without reservations, and sentences on what in it will hardly do. Throws `InvalidParameter`. */
export function buildNetworkPlan(request: PlanRequest): { plan: NetworkPlan; notes: string[] } {
  const { installation, options } = request
  const origin: string[] = []
  const notes: string[] = []
  const subnets = readSubnets(request, origin)
  const families = ([4, 6] as const).filter((family) =>
    subnets.some(({ advertisedOnly, network }) => network.family === family && !advertisedOnly),
  )

  const scripts = options.scriptUrl ?? [`${installation.httpUrl}/boot.ipxe`]
  const scriptUrls = byFamily('--script-url', scripts, checkedUrl('--script-url'))
  const scriptSource = options.scriptUrl ? '--script-url' : '[deploy]http_url'
  origin.push(`Root script (${scriptSource}): ${scripts.join(', ')}`)
  for (const url of scripts)
    if (isLoopback(url))
      notes.push(
        `${url} leads back into the machine that asks: set [DEFAULT]my_ip or [deploy]http_url, or give --script-url`,
      )
  for (const family of families)
    if (scriptUrls[family] === undefined)
      notes.push(`no --script-url can be reached by IPv${family}: machines with IPv${family} alone get no script`)

  const folders = options.httpBootUrl?.map(withoutSlash) ?? scripts.map(folderOf)
  const httpFolders = byFamily('--http-boot-url', folders, checkedUrl('--http-boot-url'))
  const tftpServers = readTftpServers(request, subnets)
  const tftpRoot = readTftpRoot(request)
  if (tftpRoot !== undefined)
    origin.push(`TFTP (${options.tftpRoot ? '--tftp-root' : '[pxe]tftp_root'}): dnsmasq's own, of ${tftpRoot}`)
  for (const family of families) {
    const server = tftpServers[family]
    if (server)
      origin.push(
        `TFTP by IPv${family} (${options.tftpServer ? '--tftp-server' : 'an address of this host'}): ${showIp(server)}`,
      )
    else if (family === 6 || tftpRoot === undefined)
      notes.push(
        `no --tftp-server with an IPv${family} address: machines that load iPXE by TFTP can't do it by IPv${family}`,
      )
  }
  if (options.interface !== undefined && !isInterface(options.interface))
    throw wrong('--interface', options.interface, 'is no interface')
  const logServer = logServerOf(request)
  if (logServer) origin.push(`Syslog of machines ([bootring]syslog_port): ${showIp(logServer)}`)
  const plan: NetworkPlan = {
    scriptUrls,
    tftpServers,
    ownAddresses6: ownAddresses6(request, subnets),
    ...(tftpRoot === undefined ? {} : { tftpRoot }),
    httpFolders,
    ...(logServer === undefined ? {} : { logServer }),
    loaders: readLoaders(options.loader ?? []),
    subnets,
    reservations: [],
    ...path('hostsFolder', '--hosts-dir', options.hostsDir),
    ...path('controlSocket', '--control-socket', options.controlSocket),
    ...path('leaseFile', '--lease-file', options.leaseFile),
    origin,
  }
  return { plan, notes }
}

function readTftpServers(
  { installation, interfaces, options, ownTftp }: PlanRequest,
  subnets: readonly Subnet[],
): PerFamily<IpAddress> {
  const given: Partial<Record<Family, IpAddress>> = {}
  for (const text of options.tftpServer ?? []) {
    const ip = parseIp(text)
    if (ip === undefined) throw wrong('--tftp-server', text, 'is no address')
    if (given[ip.family]) throw wrong('--tftp-server', text, `is the second address of IPv${ip.family}`)
    given[ip.family] = ip
  }
  if (options.tftpServer) return given
  const mine = parseIp(installation.myIp)
  // dnsmasq fills in whichever of its IPv4 addresses the machine can reach.
  if (
    mine &&
    !isLoopback(`http://${mine.family === 6 ? `[${installation.myIp}]` : installation.myIp}`) &&
    !(ownTftp && mine.family === 4)
  )
    given[mine.family] = mine
  if (given[6] === undefined) {
    const network = subnets.find((subnet) => subnet.network.family === 6)?.network
    const address = Object.values(interfaces)
      .flatMap((addresses) => addresses ?? [])
      .find((one) => network !== undefined && isIn(network, one.address))?.address
    const ip = address === undefined ? undefined : parseIp(address)
    if (ip) given[6] = ip
  }
  return given
}

/** The address at which the API takes syslog, where machines can reach it; they know no port but 514. */
function logServerOf({ installation }: PlanRequest): IpAddress | undefined {
  const { host, port } = installation.syslog
  if (port !== 514) return undefined
  const listens = parseIp(host)
  const ip = listens?.value === 0n ? parseIp(installation.myIp) : listens
  return ip?.family === 4 && !isLoopback(`http://${showIp(ip)}`) ? ip : undefined
}

function ownAddresses6({ interfaces }: PlanRequest, subnets: readonly Subnet[]): Record<string, IpAddress> {
  const found: Record<string, IpAddress> = {}
  for (const { interface: name, network } of subnets) {
    if (network.family !== 6 || name === undefined) continue
    const ip = parseIp(interfaces[name]?.find(({ address }) => isIn(network, address))?.address ?? '')
    if (ip) found[name] ??= ip
  }
  return found
}

function readTftpRoot({ installation, options, ownTftp }: PlanRequest): string | undefined {
  if (!ownTftp || (options.tftpServer !== undefined && options.tftpRoot === undefined)) return undefined
  const folder = options.tftpRoot ?? installation.tftpRoot
  if (!isPlainPath(folder)) throw wrong(options.tftpRoot ? '--tftp-root' : '[pxe]tftp_root', folder, pathNeeded)
  return folder
}

function readLoaders(given: readonly string[]): Record<Loader, string> {
  const files: Record<string, string> = Object.fromEntries(loaderNames.map((name) => [name, loaders[name].file]))
  for (const text of given) {
    const [kind = '', file = ''] = text.split(/=(.*)/s)
    if (!loaderNames.some((name) => name === kind) || !isFileName(file))
      throw wrong('--loader', text, `is not like x64=snponly.efi, with one of ${loaderNames.join(', ')}`)
    files[kind] = file
  }
  return { bios: '', x64: '', ia32: '', arm64: '', ...files }
}

function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  const ip = parseIp(host.replace(/^\[(.*)\]$/, '$1'))
  if (ip === undefined) return host === 'localhost'
  return ip.family === 4 ? ip.value >> 24n === 127n : ip.value === 1n
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
const folderOf = (url: string): string => withoutSlash(url.slice(0, url.lastIndexOf('/') + 1))
