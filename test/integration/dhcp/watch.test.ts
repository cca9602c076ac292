import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KeaControl } from '../../../src/commands/dhcp/kea-control.ts'
import { runBootring } from '../../lab/bootring.ts'
import { askDhcp } from '../../lab/dhcp-clients.ts'
import type { Host } from '../../lab/host.ts'
import { Lab } from '../../lab/lab.ts'
import type { LabProcess } from '../../lab/lab-process.ts'
import { describeInLab } from '../../lab/require-lab.ts'
import { fleetDatabase, type ReservedMachine } from './fleet-database.ts'

/*
 * Real servers, whose reservations `bootring dhcp … --watch` keeps like the fleet; seen by what machines are offered.
 */

const launcher = fileURLToPath(new URL('../../../bin/bootring', import.meta.url))
const network = ['--interface', 'eth0', '--subnet', '10.77.0.0/24,range=10.77.0.100-10.77.0.200']
const script = ['--script-url', 'http://10.77.0.1/boot.ipxe']
const kept = 'reservations are like the fleet'

const machine = (number: number, address?: number): ReservedMachine => ({
  name: `n${number}`,
  mac: `52:54:00:dc:01:0${number}`,
  extra: address === undefined ? {} : { ip_address: `10.77.0.${address}` },
})

describeInLab('bootring dhcp --watch', () => {
  let lab: Lab
  let server: Host
  let client: Host

  beforeAll(async () => {
    lab = await Lab.open()
    server = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1' })
    client = await lab.host('client.lab.example', { ipv4: '10.77.0.9' })
    await client.run(['ip', 'route', 'add', 'default', 'dev', 'eth0'])
  })
  afterAll(async () => {
    await lab?.close()
  })

  /** Asks until a machine is offered an address of these. */
  const untilOffered = async (number: number, expected: RegExp): Promise<void> => {
    let last: string | undefined
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
      const [answer] = await askDhcp(client, [{ family: 4, mac: machine(number).mac, arch: 7, seconds: 5 }])
      last = answer?.address
      if (last !== undefined && expected.test(last)) return
    }
    throw new Error(`machine ${number} was offered ${last}`)
  }
  const ofPool = /^10\.77\.0\.(?:1\d\d|200)$/
  const watch = (config: string, ...args: string[]): LabProcess =>
    server.spawn([launcher, 'dhcp', ...args, '--watch', '--interval', '1', '--config-file', config])
  const times = (text: string, process: LabProcess) => process.output.split(text).length - 1

  it('keeps the folder of a real dnsmasq', async () => {
    const folder = join(lab.folder, 'dnsmasq')
    const hosts = join(folder, 'hosts')
    mkdirSync(hosts, { recursive: true })
    const pidFile = join(folder, 'dnsmasq.pid')
    const file = join(folder, 'dnsmasq.conf')
    const config = await fleetDatabase(folder, [machine(1, 50), machine(2)])
    const files = ['--hosts-dir', hosts, '--lease-file', join(folder, 'leases'), '--tftp-root', folder]
    await runBootring(server, ['dhcp', 'dnsmasq', ...network, ...script, ...files, '--output', file], [config])
    const options = ['--keep-in-foreground', '--user=root', `--pid-file=${pidFile}`, '--log-facility=-', '--no-ping']
    const dnsmasq = server.spawn(['dnsmasq', `--conf-file=${file}`, ...options])
    await dnsmasq.untilOutput('started, version', 20)
    const watcher = watch(config, 'dnsmasq', ...network, '--hosts-dir', hosts, '--pid-file', pidFile)
    await watcher.untilOutput(kept, 60)
    await untilOffered(1, /^10\.77\.0\.50$/)
    const names = readdirSync(hosts)
    expect(names).toHaveLength(2)
    const filesBefore = new Map(names.map((name) => [name, statSync(join(hosts, name)).ino]))

    await fleetDatabase(folder, [machine(1, 60), machine(2), machine(3, 61)])
    await untilOffered(1, /^10\.77\.0\.60$/)
    await untilOffered(3, /^10\.77\.0\.61$/)
    // One was written anew; the other was left alone.
    expect(names.filter((name) => statSync(join(hosts, name)).ino === filesBefore.get(name))).toHaveLength(1)

    // The database answers nothing of use: everything stays.
    const database = new DatabaseSync(join(folder, 'bootring.sqlite'))
    database.exec('ALTER TABLE nodes RENAME TO gone')
    await watcher.untilOutput('can not be kept now', 60)
    expect(readdirSync(hosts)).toHaveLength(3)
    database.exec('ALTER TABLE gone RENAME TO nodes')
    database.close()
    await watcher.untilOutput('are kept again', 60)
    expect(times('can not be kept now', watcher)).toBe(1)

    await fleetDatabase(folder, [machine(2)])
    await untilOffered(3, ofPool)
    expect(readdirSync(hosts)).toHaveLength(1)
    expect(await watcher.stop(30)).toBe(0)
    await dnsmasq.stop()
  })

  it('keeps a real Kea by its control socket, also one that was started again', async () => {
    const folder = join(lab.folder, 'kea-watch')
    mkdirSync(folder)
    const socket = join(folder, 'kea.sock')
    const file = join(folder, 'kea.conf')
    const config = await fleetDatabase(folder, [machine(1, 50), machine(2)])
    const files = ['--control-socket', socket, '--lease-file', join(folder, 'leases.csv')]
    await runBootring(server, ['dhcp', 'kea', ...network, ...script, ...files, '--output', file], [config])
    const start = async () => {
      const kea = server.spawn(['kea-dhcp4', '-c', file], { KEA_LOCKFILE_DIR: folder, KEA_PIDFILE_DIR: folder })
      await kea.untilOutput('DHCP4_STARTED', 30)
      return kea
    }
    const kea = await start()
    const control = new KeaControl(socket)
    const before = await control.command('config-get')
    const watcher = watch(config, 'kea', '--control-socket', socket)
    await watcher.untilOutput(kept, 60)
    await untilOffered(1, /^10\.77\.0\.50$/)
    await untilOffered(2, ofPool)

    await fleetDatabase(folder, [machine(1, 60), machine(3, 61)])
    await untilOffered(1, /^10\.77\.0\.60$/)
    await untilOffered(3, /^10\.77\.0\.61$/)
    expect(times('DHCP4_CONFIG_COMPLETE', kea)).toBe(3)

    await kea.stop()
    await watcher.untilOutput('can not be kept now', 60)
    const again = await start()
    await watcher.untilOutput('are kept again', 60)
    await untilOffered(3, /^10\.77\.0\.61$/)

    await fleetDatabase(folder, [machine(3)])
    await untilOffered(1, ofPool)
    await fleetDatabase(folder, [])
    await untilOffered(3, ofPool)
    await watcher.until('the last change', (output) => (/removed["=: ]+1\b/.test(output) ? true : undefined), 60)
    // Nothing else of Kea's configuration is another than it was.
    const after = await control.command('config-get')
    expect(withoutReservations(after)).toEqual(withoutReservations(before))
    expect(await watcher.stop(30)).toBe(0)
    await again.stop()
  })
})

/** With all lists of reservations empty. */
function withoutReservations(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (key === 'reservations' || key === 'hash' ? [] : member)))
}
