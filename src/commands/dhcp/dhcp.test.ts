import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { showIp } from '../../dhcp/ip-address.ts'
import { buildNetworkPlan } from './build-network-plan.ts'
import { dhcpCommand } from './dhcp.ts'
import type { HostInterfaces, NetworkOptions } from './plan-request.ts'
import { parseSubnetOption } from './subnet-option.ts'

let folder: string
beforeAll(() => {
  vi.stubEnv('IRONIC_CONFIG_DIR', '/nowhere')
  folder = mkdtempSync(join(tmpdir(), 'bootring-dhcp-'))
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

async function run(args: string[], settings = ''): Promise<{ text: string; messages: string }> {
  const config = join(folder, 'bootring.conf')
  writeFileSync(config, `[DEFAULT]\nstate_path = ${folder}\nmy_ip = 192.0.2.7\n${settings}`)
  let text = ''
  let messages = ''
  const output = { write: (part: string) => (text += part) }
  const others = { write: (part: string) => (messages += part) }
  const command = dhcpCommand(output, others)
  await command.parseAsync([...args, '--config-file', config], { from: 'user' })
  return { text, messages }
}

const address = (text: string, cidr: string) => ({
  address: text,
  cidr,
  netmask: '',
  family: 'IPv4' as const,
  mac: '',
  internal: text.startsWith('127.'),
})
const interfaces: HostInterfaces = {
  lo: [address('127.0.0.1', '127.0.0.1/8')],
  eth1: [address('198.51.100.9', '198.51.100.9/25')],
  eth0: [address('192.0.2.7', '192.0.2.7/24')],
}
const plan = (options: NetworkOptions, installation = {}, ownTftp = true) =>
  buildNetworkPlan({
    options,
    installation: {
      httpUrl: 'http://192.0.2.7:8080',
      tftpRoot: '/srv/tftp',
      myIp: '192.0.2.7',
      syslog: { host: '0.0.0.0', port: 0 },
      ...installation,
    },
    interfaces,
    ownTftp,
  })

describe('a network plan', () => {
  it('has machines log to the API where that takes syslog, at the one port that they know', () => {
    const logServer = (host: string, port: number) => {
      const ip = plan({}, { syslog: { host, port } }).plan.logServer
      return ip && showIp(ip)
    }
    expect(logServer('0.0.0.0', 514)).toBe('192.0.2.7')
    expect(logServer('192.0.2.9', 514)).toBe('192.0.2.9')
    for (const host of ['127.0.0.1', '2001:db8::1']) expect(logServer(host, 514)).toBeUndefined()
    for (const port of [0, 5514]) expect(logServer('0.0.0.0', port)).toBeUndefined()
  })

  it("is that of this host's own network where none is named", () => {
    const { notes, plan: made } = plan({})
    expect(notes).toEqual([])
    expect(made.subnets).toMatchObject([{ interface: 'eth0', network: { prefixLength: 24 } }])
    expect(made.scriptUrls).toEqual({ 4: 'http://192.0.2.7:8080/boot.ipxe' })
    expect(made.httpFolders).toEqual({ 4: 'http://192.0.2.7:8080' })
    expect(made.tftpRoot).toBe('/srv/tftp')
    expect(plan({}, {}, false).plan.tftpServers[4]).toBeDefined()
    expect(() => plan({}, { myIp: '203.0.113.1' })).toThrow('--subnet or --networks: name the networks')
  })

  it('finds the interface of each network, and of VLANs', () => {
    const subnet = ['198.51.100.0/25', '203.0.113.0/24', '192.0.2.0/24,vlan=5', '10.0.0.0/24,relay']
    const named = (options: NetworkOptions) => plan({ subnet, ...options }).plan.subnets.map((one) => one.interface)
    expect(named({})).toEqual(['eth1', undefined, 'eth0.5', undefined])
    expect(named({ interface: 'br0' })).toEqual(['br0', 'br0', 'br0.5', undefined])
  })

  it('has a script for each family, and says where one is missing', () => {
    const subnet = ['192.0.2.0/24', '2001:db8::/64']
    const scriptUrl = ['http://192.0.2.5/boot.ipxe', 'http://[2001:db8::5]/boot.ipxe']
    expect(plan({ subnet, scriptUrl }).plan.scriptUrls).toEqual({ 4: scriptUrl[0], 6: scriptUrl[1] })
    expect(plan({ subnet, scriptUrl: ['http://boot/x.ipxe'] }).plan.scriptUrls).toEqual({
      4: 'http://boot/x.ipxe',
      6: 'http://boot/x.ipxe',
    })
    expect(plan({ subnet }).notes.join('\n')).toContain('machines with IPv6 alone get no script')
    expect(plan({}, { httpUrl: 'http://127.0.0.1:8080' }).notes[0]).toContain('leads back into the machine')
  })

  it.each<[NetworkOptions, string]>([
    [
      { subnet: ['192.0.2.0/24', '192.0.2.0/25'] },
      '--subnet 192.0.2.0/25: subnet: 192.0.2.0/25 overlaps with 192.0.2.0/24',
    ],
    [
      { subnet: ['192.0.2.0/24,rooter=192.0.2.1'] },
      '--subnet 192.0.2.0/24: "rooter=192.0.2.1": unknown; did you mean router?',
    ],
    [{ subnet: ['192.0.2.0/24,router'] }, '--subnet 192.0.2.0/24: "router": needs a value: router=…'],
    [{ subnet: ['192.0.2.0/24,ra-only=1'] }, '--subnet 192.0.2.0/24: "ra-only=1": takes no value'],
    [{ scriptUrl: ['tftp://a/b'] }, '--script-url: "tftp://a/b" is no URL such as http://192.0.2.5/boot.ipxe'],
    [{ scriptUrl: ['http://a/b,c'] }, '--script-url: "http://a/b,c" holds ",": write it as %2C'],
    [{ scriptUrl: [`http://a/${'b'.repeat(120)}`] }, 'is longer than the 127 characters'],
    [{ scriptUrl: ['http://192.0.2.1/a', 'http://192.0.2.2/a'] }, 'is the second for IPv4, after http://192.0.2.1/a'],
    [{ tftpServer: ['192.0.2'] }, '--tftp-server: "192.0.2" is no address'],
    [{ tftpRoot: '/srv/t ftp' }, '--tftp-root: "/srv/t ftp" is no absolute path'],
    [{ loader: ['x64=../a'] }, '--loader: "x64=../a" is not like x64=snponly.efi, with one of bios, x64, ia32, arm64'],
    [{ interface: 'eth0\n' }, '--interface: "eth0\\n" is no interface'],
    [{ networks: '/nowhere' }, "--networks /nowhere: can't be read"],
  ])('%j is refused', (options, problem) => {
    expect(() => plan(options)).toThrow(problem)
  })

  it('reads what stands in one option', () => {
    expect(parseSubnetOption('192.0.2.0/24, range=a-b,range=c-d,relay=1,relay=2,dns=3,ra-only')).toEqual({
      subnet: '192.0.2.0/24',
      range: ['a-b', 'c-d'],
      relay: ['1', '2'],
      dns: ['3'],
      raOnly: true,
    })
    expect(parseSubnetOption('192.0.2.0/24,relay')).toEqual({ subnet: '192.0.2.0/24', relay: true })
  })
})

describe('bootring dhcp', () => {
  const network = ['--subnet', '192.0.2.0/24', '--interface', 'eth0']

  it.each(['dnsmasq', 'kea', 'isc'])('%s prints the same for the same, and names this installation', async (server) => {
    const { text } = await run([server, ...network])
    expect(text).toContain('http://192.0.2.7:8080/boot.ipxe')
    expect(await run([server, ...network])).toEqual({ text, messages: '' })
    expect((await run([server, ...network], '[deploy]\nhttp_url = http://boot.example\n')).text).toContain(
      'http://boot.example/boot.ipxe',
    )
  })

  it('writes a file whole, and nothing to standard output', async () => {
    const file = join(folder, 'dhcp.conf')
    expect((await run(['dnsmasq', ...network, '--output', file])).text).toBe('')
    expect(readFileSync(file, 'utf8')).toBe((await run(['dnsmasq', ...network])).text)
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('names the file that it can not write', async () => {
    const there = join(folder, 'no-such-folder', 'x')
    await expect(run(['isc', '--subnet', '192.0.2.0/24', '--output', there])).rejects.toThrow(
      `--output ${there}: its folder is not there`,
    )
  })

  it('reads networks from a file, and says which line is wrong', async () => {
    const file = join(folder, 'networks.yaml')
    writeFileSync(file, 'networks:\n  - {subnet: 198.51.100.0/24, relay: true}\n')
    expect((await run(['kea', '--networks', file])).text).toContain('"subnet": "198.51.100.0/24"')
    writeFileSync(file, 'networks:\n  - subnet: 198.51.100.0/24\n    range: 10.0.0.1-10.0.0.2\n')
    await expect(run(['kea', '--networks', file])).rejects.toThrow(
      `${file}:3:12: networks[0].range: 10.0.0.1 is not in 198.51.100.0/24`,
    )
  })

  it('refuses a family that no network has, and to watch without a place for it', async () => {
    await expect(run(['kea', '--family', '6', ...network])).rejects.toThrow('none of the networks is of IPv6')
    await expect(run(['dnsmasq', '--watch'])).rejects.toThrow('--watch needs --hosts-dir')
    await expect(run(['kea', '--watch'])).rejects.toThrow('--watch needs --control-socket')
  })
})
