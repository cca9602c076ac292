import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readDhcpFile } from '../../../src/dhcp/parse/read-dhcp-file.ts'
import { runBootring } from '../../lab/bootring.ts'
import { askDhcp, optionText } from '../../lab/dhcp-clients.ts'
import type { Host } from '../../lab/host.ts'
import type { DhcpQuestion } from '../../lab/inside/dhcp-client.ts'
import { Lab } from '../../lab/lab.ts'
import type { LabProcess } from '../../lab/lab-process.ts'
import { describeInLab } from '../../lab/require-lab.ts'
import { fleetDatabase } from './fleet-database.ts'
import { checkNetworks, furtherNetworks, knownOnSharedWire, makeNetworks, serverInterfaces } from './networks.ts'

/*
 * The real servers, with the configuration that bootring prints, and what they answer to machines of each kind.
 */

const mac = '52:54:00:dc:00:01'
const folder = 'http://10.77.0.1'
const script = `${folder}/boot.ipxe`
const folder6 = 'http://[fd77::1]'

/** What machines of each architecture ask for, and what they must get. */
const machines: { arch: number; file: string; http?: true }[] = [
  { arch: 0, file: 'undionly.kpxe' },
  { arch: 7, file: 'snponly.efi' },
  { arch: 9, file: 'snponly.efi' },
  { arch: 6, file: 'snponly-ia32.efi' },
  { arch: 11, file: 'arm.efi' },
  { arch: 15, file: 'snponly-ia32.efi', http: true },
  { arch: 16, file: 'snponly.efi', http: true },
  { arch: 19, file: 'arm.efi', http: true },
]
const machines6 = machines.filter(({ arch }) => arch !== 0)

const vendorClass = (arch: number, http = false) =>
  `${http ? 'HTTP' : 'PXE'}Client:Arch:${String(arch).padStart(5, '0')}:UNDI:003001`
const firmware = (family: 4 | 6) =>
  (family === 4 ? machines : machines6).map(
    ({ arch, http }): DhcpQuestion => ({ family, mac, arch, vendorClass: vendorClass(arch, http) }),
  )

/** Names that would break out of a string or a line, or that a server would take for something else. */
const hostileNames = [
  'no such; host "name',
  'a"; } subnet 10.0.0.0 netmask 255.0.0.0 { } host b { option host-name "b',
  'a\\',
  'a\ndhcp-script=/bin/sh',
  'a,10.77.0.1',
  'a","hostname":"b',
  '1h',
  'ignore',
  '10.77.0.3',
  '$(reboot)',
  'é \u2028',
  '*/ // #',
]

const network = [
  ...['--interface', 'eth0', '--subnet', '10.77.0.0/24,range=10.77.0.100-10.77.0.200,router=10.77.0.1,dns=10.77.0.2'],
  ...['--subnet', 'fd77::/64', '--script-url', script, '--script-url', `${folder6}/boot.ipxe`],
  ...furtherNetworks,
  ...['--loader', 'arm64=arm.efi', '--reservations'],
]

describeInLab('DHCP servers, configured by bootring', () => {
  let lab: Lab
  let server: Host
  let client: Host
  let config: string
  let process: LabProcess

  beforeAll(async () => {
    lab = await Lab.open()
    server = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1', ipv6: 'fd77::1' })
    client = await lab.host('client.lab.example', { ipv4: '10.77.0.9', ipv6: 'fd77::9' })
    // dnsmasq takes a MAC from the neighbour table where DHCPv6 does not tell it.
    await client.run(['ip', 'link', 'set', 'eth0', 'address', mac])
    await makeNetworks(lab, server, client)
    config = await fleetDatabase(lab.folder, [
      { name: 'rack1-n1', mac, extra: { ip_address: '10.77.0.50', ipv6_address: 'fd77::50' } },
      { name: 'on-shared-wire', mac: knownOnSharedWire.mac, extra: { ip_address: knownOnSharedWire.address } },
      ...hostileNames.map((name, index) => ({
        name,
        mac: `52:54:00:dc:${index === 0 ? '00:02' : `01:${String(index).padStart(2, '0')}`}`,
        extra: { ip_address: `10.77.0.1"; ${name}` },
      })),
    ])
  })
  afterEach(async () => {
    await process?.stop()
  })
  afterAll(async () => {
    await lab?.close()
  })

  const print = async (name: string, ...args: string[]): Promise<string> => {
    const file = join(lab.folder, name)
    await runBootring(server, ['dhcp', ...args, ...network, '--output', file], [config])
    return file
  }

  const checkFirmware4 = async (nextServer: string) => {
    const answers = await askDhcp(client, firmware(4))
    expect(answers.map((answer) => answer?.file)).toEqual(
      machines.map(({ file, http }) => (http ? `${folder}/${file}` : file)),
    )
    for (const [index, answer] of answers.entries()) {
      // The address and the name that are reserved.
      expect(answer?.address).toBe('10.77.0.50')
      expect(optionText(answer, 12)).toBe('rack1-n1')
      expect(answer?.options[3]).toBe('0a4d0001')
      expect(answer?.options[6]).toBe('0a4d0002')
      if (machines[index]?.http) expect(optionText(answer, 60)).toBe('HTTPClient')
      else expect(answer?.nextServer).toBe(nextServer)
    }
  }

  /** iPXE, whatever it was loaded by, gets the script: no loop. */
  const checkIpxe4 = async () => {
    const asIpxe = [0, 7, 11, 16].flatMap((arch): DhcpQuestion[] => [
      { family: 4, mac, arch, ipxe: true, userClass: 'iPXE', vendorClass: vendorClass(arch) },
      { family: 4, mac, arch, userClass: 'iPXE', vendorClass: vendorClass(arch) },
    ])
    const answers = await askDhcp(client, asIpxe)
    expect(answers.map((answer) => answer?.file)).toEqual(asIpxe.map(() => script))
    // dnsmasq ends it like the options around it.
    expect(answers[0]?.options[175]).toMatch(/^b00101(?:ff)?$/)
    expect(answers.map((answer) => optionText(answer, 60))).not.toContain('HTTPClient')
  }

  const checkOthers4 = async () => {
    const [unknown, computer] = await askDhcp(client, [
      { family: 4, mac: '52:54:00:dc:00:02', arch: 7 },
      { family: 4, mac: '52:54:00:dc:00:05' },
    ])
    expect(unknown?.address).toMatch(/^10\.77\.0\.(?:1\d\d|200)$/)
    // Not the hostile name, but the node's UUID.
    expect(optionText(unknown, 12)).toMatch(/^[0-9a-f-]{36}$/)
    // No firmware at all: an address, and nothing to boot.
    expect(computer?.address).toMatch(/^10\.77\.0\.(?:1\d\d|200)$/)
    expect(computer?.file).toBe('')
  }

  const checkIpv4 = async (nextServer: string) => {
    await checkFirmware4(nextServer)
    await checkIpxe4()
    await checkOthers4()
    await checkNetworks(client, 4, 'snponly.efi')
  }

  const checkIpv6 = async () => {
    const answers = await askDhcp(client, firmware(6))
    expect(answers.map((answer) => optionText(answer, 59))).toEqual(
      machines6.map(({ file, http }) => (http ? `${folder6}/${file}` : `tftp://[fd77::1]/${file}`)),
    )
    for (const [index, answer] of answers.entries()) {
      expect(answer?.address).toBe('fd77:0000:0000:0000:0000:0000:0000:0050')
      if (machines6[index]?.http) expect(answer?.options[16]).toMatch(/^.{8}000a48545450436c69656e74$/)
    }
    const asIpxe = [7, 11, 16].map((arch): DhcpQuestion => ({ family: 6, mac, arch, userClass: 'iPXE' }))
    const script6 = (await askDhcp(client, asIpxe)).map((answer) => optionText(answer, 59))
    expect(script6).toEqual(asIpxe.map(() => `${folder6}/boot.ipxe`))
    await checkNetworks(client, 6, 'tftp://[fd77::1]/snponly.efi')
  }

  it('dnsmasq', async () => {
    const tftp = join(lab.folder, 'tftp')
    mkdirSync(tftp)
    copyFileSync('/usr/lib/ipxe/undionly.kpxe', join(tftp, 'undionly.kpxe'))
    const leases = join(lab.folder, 'dnsmasq.leases')
    const file = await print('dnsmasq.conf', 'dnsmasq', '--tftp-root', tftp, '--lease-file', leases)
    await server.run(['dnsmasq', '--test', `--conf-file=${file}`])
    const options = ['--keep-in-foreground', '--user=root', '--pid-file=', '--log-facility=-', '--no-ping']
    process = server.spawn(['dnsmasq', `--conf-file=${file}`, ...options])
    await process.untilOutput('started, version', 20)
    await checkIpv4('10.77.0.1')
    await checkIpv6()
  })

  it.each([4, 6] as const)('Kea, IPv%i', async (family) => {
    const [tftp, leases] = [family === 4 ? '10.77.0.3' : 'fd77::1', join(lab.folder, `kea${family}.csv`)]
    const server4or6 = `kea-dhcp${family}`
    const more = ['--family', String(family), '--tftp-server', tftp, '--lease-file', leases]
    const file = await print(`${server4or6}.conf`, 'kea', ...more)
    const env = { KEA_LOCKFILE_DIR: lab.folder, KEA_PIDFILE_DIR: lab.folder }
    await server.run([server4or6, '-t', file], env)
    // The one thing that is not as printed: its own identifier would be kept where only the system's Kea may write.
    const ownId = '"Dhcp6": { "server-id": { "type": "LLT", "persist": false },'
    writeFileSync(file, readFileSync(file, 'utf8').replace('"Dhcp6": {', ownId))
    process = server.spawn([server4or6, '-c', file], env)
    await process.untilOutput(`DHCP${family}_STARTED`, 20)
    if (family === 4) await checkIpv4('10.77.0.3')
    else await checkIpv6()
  })

  it.each([4, 6] as const)("ISC's dhcpd, IPv%i", async (family) => {
    const leases = join(lab.folder, `dhcpd${family}.leases`)
    writeFileSync(leases, '')
    const servers = ['--tftp-server', '10.77.0.3', '--tftp-server', 'fd77::1']
    const file = await print(
      `dhcpd${family}.conf`,
      'isc',
      '--family',
      String(family),
      ...servers,
      '--lease-file',
      leases,
    )
    await server.run(['dhcpd', `-${family}`, '-t', '-cf', file])
    process = server.spawn(['dhcpd', `-${family}`, '-f', '-d', '--no-pid', '-cf', file, ...serverInterfaces])
    await process.untilOutput('Server starting service', 20)
    if (family === 4) await checkIpv4('10.77.0.3')
    else await checkIpv6()
  })

  it("ISC's dhcpd takes what bootring finds no fault with", async () => {
    const file = join(lab.folder, 'dhcpd-taken.conf')
    const check = async (text: string): Promise<'taken' | 'refused'> => {
      writeFileSync(file, `authoritative;\n${text}\n`)
      const { problems, server: kind } = readDhcpFile(file)
      expect(kind).toBe('isc')
      const real = await server.run(['dhcpd', '-4', '-t', '-cf', file]).then(
        () => 'taken' as const,
        () => 'refused' as const,
      )
      expect([text, problems.length === 0 ? 'taken' : 'refused']).toEqual([text, real])
      return real
    }
    for (const text of taken) expect([text, await check(text)]).toEqual([text, 'taken'])
    for (const text of refused) expect([text, await check(text)]).toEqual([text, 'refused'])
  })

  it("ISC's dhcpd, with what others wrote: as bootring reads it", async () => {
    const leases = join(lab.folder, 'dhcpd-other.leases')
    writeFileSync(leases, '')
    const file = join(lab.folder, 'dhcpd-other.conf')
    writeFileSync(file, byHand(leases))
    process = server.spawn(['dhcpd', '-4', '-f', '-d', '--no-pid', '-cf', file, 'eth0'])
    await process.untilOutput('Server starting service', 20)
    const { bootFiles, problems } = readDhcpFile(file)
    expect(problems).toEqual([])
    const macs = ['52:54:00:dc:00:11', '52:54:00:dc:00:12', '52:54:00:dc:00:13', '52:54:00:dc:00:14']
    const ask = async (who: Partial<DhcpQuestion>): Promise<(string | undefined)[]> => {
      const questions = macs.flatMap((of) =>
        [0, 7, 11].map((arch): DhcpQuestion => ({ family: 4, mac: of, arch, vendorClass: vendorClass(arch), ...who })),
      )
      return (await askDhcp(client, questions)).map((answer) => answer?.file)
    }
    const [ipxe, firmware] = [await ask({ ipxe: true, userClass: 'iPXE' }), await ask({})]
    const [script, hostScript] = ['http://10.77.0.1/class', 'http://10.77.0.1/host']
    const hostLoop = ['host.kpxe', 'host.kpxe', 'host.kpxe']
    const switched = ['switch.0', 'switch.0', 'switch.efi']
    expect(ipxe).toEqual([
      script,
      'arm.efi',
      'arm.efi',
      ...hostLoop,
      hostScript,
      hostScript,
      hostScript,
      ...Array(3).fill('http://10.77.0.1/switch'),
    ])
    expect(firmware).toEqual(
      macs.flatMap((_, index) => (index === 1 ? hostLoop : index === 3 ? switched : Array(3).fill('class.kpxe'))),
    )
    const read = (whose: 'only' | 'never') =>
      new Set(bootFiles.filter((one) => one.ipxe === whose || one.ipxe === 'either').map(({ value }) => value))
    expect([read('only'), read('never')]).toEqual([new Set(ipxe), new Set([...firmware, 'subnet.kpxe', 'other.0'])])
  })
})

/** What dhcpd takes, or does not take. */
const taken = [
  'switch (option user-class) { case "iPXE": filename "a"; break; case ("b"): default: filename "b"; }',
  'switch (extract-int(option user-class, 8)) { case 7: filename "a"; break; case 9 : if known { filename "c"; } }',
  'class "a" { match option user-class; filename "x"; next-server 10.0.0.1; } subclass "a" "b"; subclass "a" 62 { filename "y"; }',
  'group { next-server boot.example; filename "a"; host a { hardware ethernet 52:54:0:0:0:1; if static { filename "b"; } } }',
  'FILENAME = "x"; IF EXISTS user-class { supersede server.filename "y"; } ELSE { default bootfile-name "z"; }',
  'set a = option user-class; if a ~~ "^x" or not (a = "y") { option bootfile-name = concat("b", "c"); }',
  'option a code 200 = { integer 8, text }; on commit { filename "x"; } break;',
]
const refused = ['filename "a"', 'if exists user-class {', 'filename "a;', '}']

/** What counts where: the first of two classes over the second, both over their subnet, hosts over all; `or` and `and` from the right. */
const byHand = (leases: string): string => `
lease-file-name "${leases}";
ping-check off;
option arch code 93 = unsigned integer 16;
option space ipxe;
option ipxe-encap-opts code 175 = encapsulate ipxe;
option ipxe.no-pxedhcp code 176 = unsigned integer 8;
class "arm" { match if exists ipxe-encap-opts and option arch = 00:0b or option arch = 00:07; filename "arm.efi"; }
class "ipxe" { match if exists ipxe-encap-opts; filename "http://10.77.0.1/class"; }
class "pxe" { match if substring(option vendor-class-identifier, 0, 9) = "PXEClient"; filename "class.kpxe"; }
subnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.100 10.77.0.200; filename "subnet.kpxe"; }
host loop { hardware ethernet 52:54:00:dc:00:12; filename "host.kpxe"; }
group {
  if exists user-class and option user-class = "iPXE" { filename "http://10.77.0.1/host"; }
  host right { hardware ethernet 52:54:00:dc:00:13; }
}
host switch {
  hardware ethernet 52:54:00:dc:00:14;
  switch (option user-class) {
    filename "before.the.first.label";
    case "iPXE": filename "http://10.77.0.1/switch"; break; filename "after.a.break";
    case "other": filename "other.0";
    default: if option arch = 00:0b { filename "switch.efi"; break; filename "after.a.break"; }
      else { filename "switch.0"; }
  }
  break;
  filename "after.a.break";
}
`
