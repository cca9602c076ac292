import { networkInterfaces } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { dnsmasqConfiguration } from '../../dhcp/dnsmasq.ts'
import type { Family } from '../../dhcp/ip-address.ts'
import { iscConfiguration } from '../../dhcp/isc.ts'
import { keaConfiguration } from '../../dhcp/kea.ts'
import { loaderNames } from '../../dhcp/loaders.ts'
import { type NetworkPlan, type Subnet, subnetsOf } from '../../dhcp/network-plan.ts'
import { ReservationCollector } from '../../dhcp/reservations.ts'
import { writeFileAtomically } from '../../ipxe/write-file-atomically.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeStore } from '../../model/stores.ts'
import { withFleet } from '../context.ts'
import { addExamples } from '../examples.ts'
import { addConfigOptions, type ConfigOptions, loadFromOptions } from '../options.ts'
import type { Output } from '../terminal/output.ts'
import { untilToldToStop } from '../until-told-to-stop.ts'
import { buildNetworkPlan } from './build-network-plan.ts'
import { HostsFolder } from './hosts-folder.ts'
import { KeaTarget } from './kea-target.ts'
import type { NetworkOptions } from './plan-request.ts'
import type { ReservationTarget } from './reservation-target.ts'
import { tellDnsmasq } from './tell-dnsmasq.ts'
import { watchReservations } from './watch-reservations.ts'

interface DhcpOptions extends ConfigOptions, NetworkOptions {
  reservations?: true
  output?: string
  family?: Family
  watch?: true
  interval?: number
  pidFile?: string
  write?: true
}

interface Outputs {
  output: Output
  messages: Output
}

/** `bootring dhcp`: static configurations of DHCP servers. */
export function dhcpCommand(output: Output = process.stdout, messages: Output = process.stderr): Command {
  const outputs = { output, messages }
  return new Command('dhcp')
    .description('print the configuration of a DHCP server that boots machines into this installation')
    .addCommand(dnsmasqCommand(outputs))
    .addCommand(keaCommand(outputs))
    .addCommand(iscCommand(outputs))
}

function dnsmasqCommand(outputs: Outputs): Command {
  const command = new Command('dnsmasq')
    .description(
      'print a configuration of dnsmasq, for IPv4, IPv6 and TFTP; with --watch keep its reservations like the fleet',
    )
    .option(
      '--tftp-root <folder>',
      "folder of dnsmasq's own TFTP server, for iPXE's binaries (default: [pxe]tftp_root)",
    )
    .option('--hosts-dir <folder>', 'have dnsmasq read reservations from a folder (dhcp-hostsdir), which --watch keeps')
    .option(
      '--pid-file <file>',
      "--watch: dnsmasq's, to have it forget nodes that have changed or gone: else it does so when it is started again",
    )
  watchOptions(networkOptions(command))
  addExamples(command, {
    'bootring dhcp dnsmasq --subnet 192.0.2.0/24,range=192.0.2.100-192.0.2.200': 'print it for one network',
    'bootring dhcp dnsmasq --networks networks.yaml --output bootring.conf': 'for many, into a file',
    'bootring dhcp dnsmasq --watch --hosts-dir /etc/dnsmasq-hosts.d': "keep the fleet's names and addresses there",
  })
  return command.action(async (options: DhcpOptions) => {
    const { hostsDir, pidFile } = options
    if (options.watch) {
      if (hostsDir === undefined)
        throw new BootringError('InvalidParameter', '--watch needs --hosts-dir, the folder of dhcp-hostsdir')
      const target = new HostsFolder(hostsDir, async () => {
        if (pidFile !== undefined) await tellDnsmasq(pidFile)
      })
      await watch(options, target, true)
    } else await print(options, outputs, (plan) => dnsmasqConfiguration(plan), true)
  })
}

function keaCommand(outputs: Outputs): Command {
  const command = new Command('kea')
    .description('print a configuration of kea-dhcp4 or kea-dhcp6; with --watch keep its reservations like the fleet')
    .addOption(familyOption())
    .option('--control-socket <path>', "path of Kea's control socket, by which --watch works")
    .option(
      '--write',
      '--watch: have Kea write its configuration file after each change, in its own form and without comments',
    )
  watchOptions(networkOptions(command))
  addExamples(command, {
    'bootring dhcp kea --subnet 192.0.2.0/24,range=192.0.2.100-192.0.2.200': 'print it for one network',
    'bootring dhcp kea --family 6 --networks networks.yaml --output kea6.conf': 'of IPv6, into a file',
    'bootring dhcp kea --watch --control-socket /run/kea/kea4-ctrl-socket':
      "keep the fleet's names and addresses there",
  })
  return command.action(async (options: DhcpOptions) => {
    const { controlSocket, family = 4, write = false } = options
    if (options.watch) {
      if (controlSocket === undefined) throw new BootringError('InvalidParameter', '--watch needs --control-socket')
      await watch(options, new KeaTarget({ controlSocket, family, write }), false)
    } else await print(options, outputs, ofFamily(family, keaConfiguration), false)
  })
}

function iscCommand(outputs: Outputs): Command {
  const command = networkOptions(
    new Command('isc').description("print a configuration of ISC's dhcpd").addOption(familyOption()),
  )
  addExamples(command, {
    'bootring dhcp isc --subnet 192.0.2.0/24,range=192.0.2.100-192.0.2.200': 'print it for one network',
    'bootring dhcp isc --networks networks.yaml --reservations > dhcpd.conf':
      "for many, with the fleet's names and addresses",
  })
  return command.action((options: DhcpOptions) =>
    print(options, outputs, ofFamily(options.family ?? 4, iscConfiguration), false),
  )
}

function networkOptions(command: Command): Command {
  return addConfigOptions(command, { attached: true })
    .option(
      '--subnet <spec>',
      'a network of machines: 192.0.2.0/24[,range=A-B][,router=R][,dns=D][,domain=N][,vlan=ID|interface=IF][,relay[=A]][,shared=NAME][,lease=SECONDS], or 2001:db8::/64[,ra-only]; may be repeated, as may range, dns and relay (default: the network of [DEFAULT]my_ip)',
      append,
    )
    .option('--networks <file>', 'YAML file of networks, for many')
    .option(
      '--interface <name>',
      'interface of the DHCP host for networks that name none, and for VLANs (default: what this host has in them)',
    )
    .option(
      '--script-url <url>',
      'URL of the root script, one for each of IPv4 and IPv6 where hosts are addresses (default: [deploy]http_url/boot.ipxe)',
      append,
    )
    .option(
      '--tftp-server <address>',
      "TFTP server of iPXE's binaries, one for each of IPv4 and IPv6 (default: dnsmasq itself, else [DEFAULT]my_ip)",
      append,
    )
    .option(
      '--http-boot-url <url>',
      "where machines that boot by HTTP get iPXE's binaries (default: where the script is)",
      append,
    )
    .option('--loader <kind=file>', `file name of iPXE for ${loaderNames.join(', ')}; may be repeated`, append)
    .option('--lease-file <file>', "where the server keeps leases (default: the server's own)")
    .option(
      '--reservations',
      "put the fleet's NICs in: their names, and addresses from ip_address and ipv6_address in extra or driver_info",
    )
    .option('--output <file>', 'write a file, in one step, instead of standard output')
}

function watchOptions(command: Command): void {
  command
    .option('--watch', 'keep running, and print nothing')
    .addOption(
      new Option('--interval <seconds>', '--watch: time between looks at the database').argParser(seconds).default(10),
    )
}

const familyOption = () =>
  new Option('--family <family>', 'IPv4 or IPv6')
    .choices(['4', '6'])
    .argParser((text) => family(text))
    .default(4)

function family(text: string): Family {
  if (text !== '4' && text !== '6') throw new InvalidArgumentError('expected 4 or 6')
  return text === '4' ? 4 : 6
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 1 || value > 86_400) throw new InvalidArgumentError('expected 1 to 86400')
  return value
}

const append = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text]

const ofFamily =
  (family: Family, make: (plan: NetworkPlan, family: Family) => string) =>
  (plan: NetworkPlan): string => {
    if (subnetsOf(plan, family).length > 0) return make(plan, family)
    throw new BootringError('InvalidParameter', `--family ${family}: none of the networks is of IPv${family}`)
  }

async function print(
  options: DhcpOptions,
  { output, messages }: Outputs,
  make: (plan: NetworkPlan) => string,
  ownTftp: boolean,
): Promise<void> {
  const { installation } = loadFromOptions(options, { withoutDatabase: true })
  const { notes, plan } = buildNetworkPlan({ options, installation, interfaces: networkInterfaces(), ownTftp })
  const fleet = options.reservations
    ? await withFleet(options, ({ database }) => readReservations(database.nodes, plan.subnets))
    : { reservations: [], notes: [] }
  const text = make({ ...plan, reservations: fleet.reservations })
  for (const note of [...notes, ...fleet.notes]) messages.write(`bootring: ${note}\n`)
  if (options.output === undefined) output.write(text)
  else await write(options.output, text)
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(path, text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const why = code === 'ENOENT' ? 'its folder is not there' : "it can't be written"
    throw new BootringError('InvalidParameter', `--output ${path}: ${why} (${code})`, { cause: error })
  }
}

async function watch(options: DhcpOptions, target: ReservationTarget, ownTftp: boolean): Promise<void> {
  await withFleet(options, async ({ database, installation, log }) => {
    // Without networks named, it is the server that knows which addresses it can give out.
    const named = options.subnet !== undefined || options.networks !== undefined
    const subnets = named
      ? buildNetworkPlan({ options, installation, interfaces: networkInterfaces(), ownTftp }).plan.subnets
      : []
    const stop = new AbortController()
    const told = untilToldToStop(log).then(() => stop.abort())
    const read = () => readReservations(database.nodes, subnets)
    const watching = watchReservations({
      read,
      target,
      intervalSeconds: options.interval ?? 10,
      log,
      signal: stop.signal,
    })
    // What is under way need not be waited for: a file is there whole or not, and so is a configuration.
    await Promise.race([told, watching])
  })
}

async function readReservations(nodes: Pick<NodeStore, 'nodes'>, subnets: readonly Subnet[]) {
  const collector = new ReservationCollector(subnets)
  for await (const node of nodes.nodes()) collector.add(node)
  return { reservations: collector.reservations, notes: collector.notes }
}
