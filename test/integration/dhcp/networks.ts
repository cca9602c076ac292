import { expect } from 'vitest'
import { askDhcp, optionText } from '../../lab/dhcp-clients.ts'
import type { Host } from '../../lab/host.ts'
import type { DhcpQuestion } from '../../lab/inside/dhcp-client.ts'
import type { Lab } from '../../lab/lab.ts'

/*
 * Networks beside that of the server's eth0: a VLAN on it, two subnets on one wire, and two behind a relay, which is dnsmasq. One client
 * has an interface without addresses in each of them.
 */

/** The arguments of `bootring dhcp` for them. */
export const furtherNetworks = [
  '10.78.0.0/24,vlan=17',
  '10.79.0.0/24,relay,router=10.79.0.1',
  '10.80.0.0/24,relay=10.99.0.1,router=10.80.0.1',
  '10.83.0.0/24,interface=eth1,shared=wire,range=none',
  '10.84.0.0/24,interface=eth1,shared=wire',
  'fd78::/64,vlan=17',
  'fd79::/64,relay',
  'fd80::/64,relay=fd99::1',
  'fd83::/64,interface=eth1,shared=wire,range=none',
  'fd84::/64,interface=eth1,shared=wire',
].flatMap((network) => ['--subnet', network])

/** The interfaces that a DHCP server has to listen on. */
export const serverInterfaces = ['eth0', 'eth0.17', 'eth1']

/** A machine with an address in the first of the subnets on one wire, where there is none for strangers. */
export const knownOnSharedWire = { mac: '52:54:00:dc:00:06', address: '10.83.0.50' }

const cases: { network: string; interface: string; subnets: { 4: string; 6: string }; router?: string }[] = [
  { network: 'untagged', interface: 'eth0', subnets: { 4: '10.77.0', 6: 'fd77' }, router: '0a4d0001' },
  { network: 'VLAN', interface: 'eth0.17', subnets: { 4: '10.78.0', 6: 'fd78' } },
  { network: 'shared', interface: 'eth1', subnets: { 4: '10.84.0', 6: 'fd84' } },
  { network: 'relayed', interface: 'eth2', subnets: { 4: '10.79.0', 6: 'fd79' }, router: '0a4f0001' },
  { network: 'relay outside', interface: 'eth3', subnets: { 4: '10.80.0', 6: 'fd80' }, router: '0a500001' },
]

export async function makeNetworks(lab: Lab, server: Host, client: Host): Promise<void> {
  const relay = await lab.host('relay.lab.example', { ipv4: '10.77.0.31', ipv6: 'fd77::31' })
  await lab.wire(server, 'eth1', client, 'eth1')
  await lab.wire(relay, 'eth2', client, 'eth2')
  await lab.wire(relay, 'eth3', client, 'eth3')
  await Promise.all([server.vlan(17), client.vlan(17)])
  await server.run(['sh', '-ec', serverAddresses])
  await relay.run(['sh', '-ec', relayAddresses])
  const relays = ['10.79.0.1,10.77.0.1', '10.99.0.1,10.77.0.1', 'fd79::1,fd77::1', 'fd99::1,fd77::1']
  const options = ['--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--pid-file=', '--log-facility=-']
  await relay
    .spawn(['dnsmasq', ...options, '--port=0', '--log-dhcp', ...relays.map((one) => `--dhcp-relay=${one}`)])
    .untilOutput('started, version', 30)
}

const serverAddresses = `
ip addr add 10.78.0.1/24 dev eth0.17
ip addr add fd78::1/64 dev eth0.17 nodad
ip addr add 10.84.0.1/24 dev eth1
ip addr add fd84::1/64 dev eth1 nodad
for net in 10.79.0.0/24 10.99.0.0/24; do ip route add $net via 10.77.0.31; done
for net in fd79::/64 fd99::/64; do ip route add $net via fd77::31; done
`

const relayAddresses = `
echo 1 >/proc/sys/net/ipv4/ip_forward
ip addr add 10.79.0.1/24 dev eth2
ip addr add fd79::1/64 dev eth2 nodad
ip addr add 10.99.0.1/24 dev eth3
ip addr add fd99::1/64 dev eth3 nodad
`

/** Asks in each network: an address from there, and what to boot. */
export async function checkNetworks(client: Host, family: 4 | 6, file: string): Promise<void> {
  const questions = cases.map(
    (network, index): DhcpQuestion => ({
      family,
      mac: `52:54:00:dc:02:0${index}`,
      arch: 7,
      vendorClass: 'PXEClient:Arch:00007:UNDI:003001',
      interface: network.interface,
    }),
  )
  const answers = await askDhcp(client, questions)
  const got = cases.map(({ network }, index) => {
    const answer = answers[index]
    const subnet = answer?.address.split(family === 4 ? '.' : ':', family === 4 ? 3 : 1).join('.')
    return {
      network,
      subnet,
      ...(family === 4 ? { router: answer?.options[3], file: answer?.file } : { file: optionText(answer, 59) }),
    }
  })
  expect(got).toEqual(
    cases.map(({ network, router, subnets }) => ({
      network,
      subnet: subnets[family],
      ...(family === 4 ? { router } : {}),
      file,
    })),
  )
  if (family === 6) return
  const { address, mac } = knownOnSharedWire
  const [known] = await askDhcp(client, [{ family, mac, arch: 7, interface: 'eth1' }])
  expect(known).toMatchObject({ address, file })
}
