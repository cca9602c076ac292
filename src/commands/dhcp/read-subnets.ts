import { readFileSync } from 'node:fs'
import { contains, type Network, parseIp, showIp } from '../../dhcp/ip-address.ts'
import type { Subnet } from '../../dhcp/network-plan.ts'
import { isInterface } from '../../dhcp/plain-text.ts'
import { checkTogether, readSubnet } from '../../dhcp/read-subnet.ts'
import { BootringError } from '../../model/errors.ts'
import { type FiledSubnet, NetworksFile } from './networks-file.ts'
import type { HostInterfaces, PlanRequest } from './plan-request.ts'
import { optionKeys, parseSubnetOption } from './subnet-option.ts'

/** The networks that the command line and a file name. Throws `InvalidParameter` with a line for each problem. */
export function readSubnets({ installation, interfaces, options }: PlanRequest, origin: string[]): Subnet[] {
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

function interfaceAt(interfaces: HostInterfaces, fits: (one: { address: string }) => boolean): string | undefined {
  return Object.keys(interfaces)
    .sort()
    .find((name) => interfaces[name]?.some((one) => !one.internal && fits(one)) && isInterface(name))
}

/** Whether a host's address is in a network. */
export function isIn(network: Network, address: string): boolean {
  const ip = parseIp(address)
  return ip !== undefined && contains(network, ip)
}
