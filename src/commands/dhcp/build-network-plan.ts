import { readFileSync } from 'node:fs'
import type { networkInterfaces } from 'node:os'
import { contains, type Family, type IpAddress, type Network, parseIp, showIp } from '../../dhcp/ip-address.ts'
import { type Loader, loaderNames, loaders } from '../../dhcp/loaders.ts'
import type { NetworkPlan, PerFamily, Subnet } from '../../dhcp/network-plan.ts'
import { isFileName, isInterface, isPlainPath, urlFamily, urlProblem } from '../../dhcp/plain-text.ts'
import { checkTogether, readSubnet } from '../../dhcp/read-subnet.ts'
import { BootringError } from '../../model/errors.ts'
import type { Installation } from '../installation.ts'
import { type FiledSubnet, NetworksFile } from './networks-file.ts'
import { optionKeys, parseSubnetOption } from './subnet-option.ts'

/** What the command line says of the network. */
export interface NetworkOptions {
  subnet?: string[]
  networks?: string
  interface?: string
  scriptUrl?: string[]
  tftpServer?: string[]
  tftpRoot?: string
  httpBootUrl?: string[]
  loader?: string[]
  leaseFile?: string
  hostsDir?: string
  controlSocket?: string
}

export type HostInterfaces = ReturnType<typeof networkInterfaces>

export interface PlanRequest {
  readonly options: NetworkOptions
  readonly installation: Pick<Installation, 'httpUrl' | 'tftpRoot' | 'myIp'>
  readonly interfaces: HostInterfaces
  /** dnsmasq is a TFTP server itself. */
  readonly ownTftp: boolean
}

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
  const plan: NetworkPlan = {
    scriptUrls,
    tftpServers,
    ...(tftpRoot === undefined ? {} : { tftpRoot }),
    httpFolders,
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

function readSubnets({ installation, interfaces, options }: PlanRequest, origin: string[]): Subnet[] {
  const problems: string[] = []
  const named: FiledSubnet[] = (options.subnet ?? []).map((text) => {
    const fields = parseSubnetOption(text)
    return {
      fields,
      report: (field, problem) => problems.push(`--subnet ${fields.subnet}: ${optionKeys[field]}: ${problem}`),
    }
  })
  const file = options.networks === undefined ? undefined : readNetworks(options.networks)
  const all = [...named, ...(file?.subnets ?? [])]
  if (all.length === 0 && file === undefined) all.push(ownNetwork(installation.myIp, interfaces, problems, origin))
  const parentInterface = options.interface ?? interfaceAt(interfaces, ({ address }) => address === installation.myIp)
  const interfaceOf = (network: Network) =>
    options.interface ?? interfaceAt(interfaces, ({ address }) => isIn(network, address))
  const read = all.flatMap((source) => {
    const subnet = readSubnet(source.fields, { parentInterface, interfaceOf }, source.report)
    return subnet ? [{ subnet, source }] : []
  })
  checkTogether(
    read.map(({ subnet }) => subnet),
    (index, field, problem) => read[index]?.source.report(field, problem),
  )
  file?.check()
  if (problems.length > 0) throw new BootringError('InvalidParameter', problems.join('\n'))
  // Two networks of one number are as good as impossible, and a server would refuse them.
  const ids = new Set<number>()
  return read.map(({ subnet }) => {
    let { id } = subnet
    while (ids.has(id)) id += 1
    ids.add(id)
    return { ...subnet, id }
  })
}

/** Without any network named: that of this host's address, which is `[DEFAULT]my_ip`. */
function ownNetwork(myIp: string, interfaces: HostInterfaces, problems: string[], origin: string[]): FiledSubnet {
  const cidr = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ address, internal }) => address === myIp && !internal)?.cidr
  const [address, length] = cidr?.split('/') ?? []
  const ip = parseIp(address ?? '')
  if (ip === undefined || length === undefined)
    throw new BootringError(
      'InvalidParameter',
      `--subnet or --networks: name the networks that machines are in, as [DEFAULT]my_ip = ${myIp} is no address of this host that others reach`,
    )
  const size = 1n << BigInt((ip.family === 4 ? 32 : 128) - Number(length))
  const subnet = `${showIp({ ...ip, value: ip.value - (ip.value % size) })}/${length}`
  origin.push(`No network was named: ${subnet} is that of [DEFAULT]my_ip.`)
  return { fields: { subnet }, report: (field, problem) => problems.push(`${subnet}: ${field}: ${problem}`) }
}

function readNetworks(file: string): NetworksFile {
  try {
    return new NetworksFile(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), file)
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause
    throw new BootringError('InvalidParameter', `--networks ${file}: can't be read: ${cause.message}`, { cause })
  }
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

/** One value for each family: an address is of one, a name of both. */
function byFamily(option: string, texts: readonly string[], check: (text: string) => void): PerFamily<string> {
  const found: Partial<Record<Family, string>> = {}
  for (const text of texts) {
    check(text)
    const family = urlFamily(text)
    for (const one of family === undefined ? ([4, 6] as const) : [family]) {
      if (found[one] !== undefined) throw wrong(option, text, `is the second for IPv${one}, after ${found[one]}`)
      found[one] = text
    }
  }
  return found
}

const checkedUrl = (option: string) => (text: string) => {
  const problem = urlProblem(text)
  if (problem !== undefined) throw wrong(option, text, problem)
}

const pathNeeded = 'is no absolute path of letters, digits and /._+@=-'

function path<K extends string>(key: K, option: string, text: string | undefined): Partial<Record<K, string>> {
  if (text === undefined) return {}
  if (!isPlainPath(text)) throw wrong(option, text, pathNeeded)
  const found: Partial<Record<K, string>> = {}
  found[key] = text
  return found
}

const wrong = (option: string, text: string, why: string) =>
  new BootringError('InvalidParameter', `${option}: ${JSON.stringify(text)} ${why}`)

function interfaceAt(interfaces: HostInterfaces, fits: (one: { address: string }) => boolean): string | undefined {
  return Object.keys(interfaces)
    .sort()
    .find((name) => interfaces[name]?.some((one) => !one.internal && fits(one)) && isInterface(name))
}

function isIn(network: Network, address: string): boolean {
  const ip = parseIp(address)
  return ip !== undefined && contains(network, ip)
}

function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  const ip = parseIp(host.replace(/^\[(.*)\]$/, '$1'))
  if (ip === undefined) return host === 'localhost'
  return ip.family === 4 ? ip.value >> 24n === 127n : ip.value === 1n
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
const folderOf = (url: string): string => withoutSlash(url.slice(0, url.lastIndexOf('/') + 1))
