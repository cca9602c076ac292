import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runBootring, startBootring } from '../test/lab/bootring.ts'
import { startDnsmasq } from '../test/lab/dnsmasq.ts'
import type { Host } from '../test/lab/host.ts'
import { Lab } from '../test/lab/lab.ts'
import { labImages } from '../test/lab/lab-images.ts'
import { WebServer } from '../test/lab/web-server.ts'
import { type FleetFacts, fleetFile, imageName } from './fleet-file.ts'
import { type DatabaseName, type LabDatabase, startLabDatabase } from './lab-database.ts'
import { Member } from './member.ts'

/** Options by section, as in a configuration file. */
type Settings = Record<string, Record<string, string | number | boolean>>

export interface SitePlan extends FleetFacts {
  conductors: number
  database: DatabaseName
  /** Options that a scenario needs otherwise. */
  settings?: Settings
  /** The last of the conductors belong to group `b`. */
  conductorsInGroupB?: number
}

/** Half the machine's addresses are theirs; 10.77.0.100 to 200 are DHCP's. */
const firmwareAddresses = Array.from({ length: 8 }, (_, index) => `10.77.0.${240 + index}`)

/**
 * A whole installation in namespaces: DHCP and images, a database server, two APIs, conductors, and a host from which the
 * simulated machines ask.
 */
export class Site {
  readonly lab: Lab
  readonly dhcp: Host
  readonly web: WebServer
  readonly firmware: Host
  readonly databaseHost: Host
  readonly database: LabDatabase
  readonly apis: Member[] = []
  readonly conductors: Member[] = []
  readonly #plan: SitePlan
  readonly #common: string
  #files = 0

  private constructor(
    parts: Pick<Site, 'lab' | 'dhcp' | 'web' | 'firmware' | 'databaseHost' | 'database'>,
    plan: SitePlan,
  ) {
    this.lab = parts.lab
    this.dhcp = parts.dhcp
    this.web = parts.web
    this.firmware = parts.firmware
    this.databaseHost = parts.databaseHost
    this.database = parts.database
    this.#plan = plan
    this.#common = this.#settingsFile(commonSettings(this.web.url, this.database.url))
  }

  /** Starts everything, and returns when all boot files are in place. */
  static async start(plan: SitePlan, say: (words: string) => void): Promise<Site> {
    const lab = await Lab.open()
    try {
      const dhcp = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1', ipv6: 'fd77::1' })
      const web = await WebServer.start(dhcp)
      const firmware = await lab.host('firmware.lab.example', { ipv4: '10.77.0.239' })
      for (const address of firmwareAddresses) await firmware.run(['ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0'])
      const databaseHost = await lab.host('database.lab.example', { ipv4: '10.77.0.5' })
      const database = await startLabDatabase(plan.database, databaseHost)
      const site = new Site({ lab, dhcp, web, firmware, databaseHost, database }, plan)
      await site.#fill(say)
      return site
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  get firmwareAddresses(): readonly string[] {
    return firmwareAddresses
  }

  /** Runs a command of bootring as the first API's host would. */
  async bootring(argv: readonly string[]): Promise<string> {
    return await runBootring(this.dhcp, argv, [this.#common])
  }

  /** Which conductor owns each node, by UUID. */
  async owners(): Promise<Map<string, string>> {
    const { nodes } = JSON.parse(await this.bootring(['ring', '--json'])) as {
      nodes: { uuid: string; owner: string }[]
    }
    return new Map(nodes.map(({ owner, uuid }) => [uuid, owner]))
  }

  /** The root script that asks the APIs in turn, beginning with this one. */
  async rootScript(firstApi: number): Promise<string> {
    const urls = this.apis.map(({ host }) => `http://${host.urlHost}:6385`)
    const order = [...urls.slice(firstApi), ...urls.slice(0, firstApi)]
    const files = [this.#common, this.#settingsFile({ bootring: { api_root_urls: order.join(',') } })]
    return await runBootring(this.dhcp, ['root-script'], files)
  }

  /** Starts one more conductor. */
  async addConductor(group = ''): Promise<Member> {
    const conductor = await this.#conductor(this.conductors.length + 1, group)
    this.conductors.push(conductor)
    return conductor
  }

  /** From its next start on, the conductor belongs to this group. */
  setGroup(conductor: Member, group: string): void {
    conductor.configFiles.push(this.#settingsFile({ conductor: { conductor_group: group } }))
  }

  async close(): Promise<void> {
    await this.lab.close()
  }

  async #fill(say: (words: string) => void): Promise<void> {
    const { conductors, conductorsInGroupB = 0, images } = this.#plan
    for (const [index, pair] of images.entries()) {
      this.web.put(imageName('kernel', index), pair.kernel)
      this.web.put(imageName('ramdisk', index), pair.ramdisk)
    }
    await this.bootring(['db', 'upgrade'])
    const file = join(this.lab.folder, 'fleet.json')
    writeFileSync(file, JSON.stringify(fleetFile(this.#plan, this.web.url)))
    say('loading the fleet')
    await this.bootring(['apply', file])
    say(`starting ${conductors} conductors and 2 APIs`)
    const numbers = Array.from({ length: conductors }, (_, index) => index + 1)
    const groupOf = (number: number) => (number > conductors - conductorsInGroupB ? 'b' : '')
    this.conductors.push(...(await Promise.all(numbers.map((number) => this.#conductor(number, groupOf(number))))))
    this.apis.push(...(await Promise.all([1, 2].map((number) => this.#member('api', number, 10 + number, {})))))
    say('waiting for the boot files')
    const owners = [...(await this.owners()).values()]
    for (const conductor of this.conductors) {
      await conductor.untilHolds(owners.filter((owner) => owner === conductor.name).length, 300)
    }
    await Promise.all(this.apis.map((api) => this.#untilAllKnown(api)))
    // What DHCP hands out to machines in QEMU.
    this.web.put('boot.ipxe', await this.rootScript(0))
    await startDnsmasq(this.dhcp, { bootUrl: `${this.web.url}/boot.ipxe` })
  }

  async #untilAllKnown({ adminUrl }: Member): Promise<void> {
    for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(500)) {
      const { body } = await this.dhcp.http({ url: `${adminUrl}/metrics` })
      if (body.includes(`\nbootring_conductors_alive ${this.conductors.length}\n`)) return
    }
    throw new Error(`an API does not know of ${this.conductors.length} conductors`)
  }

  #conductor(number: number, group: string): Promise<Member> {
    return this.#member('conductor', number, 20 + number, { conductor: { conductor_group: group } })
  }

  async #member(command: 'api' | 'conductor', number: number, address: number, settings: Settings): Promise<Member> {
    const name = `${command}-${number}.lab.example`
    const host = await this.lab.host(name, { ipv4: `10.77.0.${address}` })
    const statePath = join(this.lab.folder, name)
    mkdirSync(statePath)
    // A disk of its own, so that it can be full without the others'.
    if (command === 'conductor') await this.lab.run(['mount', '-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', statePath])
    const own = this.#settingsFile({
      DEFAULT: { host: name, my_ip: host.ip, state_path: statePath },
      api: { host_ip: host.ip },
      json_rpc: { host_ip: host.ip },
      deploy: { http_url: `http://${host.urlHost}:8080` },
      bootring: { admin_ip: host.ip },
    })
    const configFiles = [this.#common, own, this.#settingsFile({ ...this.#plan.settings, ...settings })]
    return await Member.start({ name, command, host, statePath, configFiles }, (member) =>
      startBootring(member.host, command, {
        configFiles: member.configFiles,
        adminIp: member.host.ip,
      }),
    )
  }

  #settingsFile(settings: Settings): string {
    this.#files += 1
    const file = join(this.lab.folder, `bootring-${this.#files}.conf`)
    const sections = Object.entries(settings).map(
      ([section, options]) =>
        `[${section}]\n${Object.entries(options)
          .map(([name, value]) => `${name} = ${value}\n`)
          .join('')}`,
    )
    writeFileSync(file, sections.join('\n'))
    return file
  }
}

/** A death is noticed within 8 to 14 seconds, rather than the 60 to 75 of the defaults: a storm lasts a minute. */
function commonSettings(webUrl: string, databaseUrl: string): Settings {
  return {
    DEFAULT: { hash_ring_reset_interval: 4 },
    database: { connection: databaseUrl },
    json_rpc: { auth_strategy: 'noauth' },
    conductor: {
      heartbeat_interval: 2,
      heartbeat_timeout: 10,
      sync_local_state_interval: 30,
      file_url_allowed_paths: labImages.folder,
      deploy_kernel: `file://${labImages.kernel}`,
      deploy_ramdisk: `file://${labImages.ramdisk}`,
    },
    pxe: {
      ipxe_use_boot_config_api: true,
      // What the agent calls back, which conductors can't guess.
      ipxe_config_api_root_url: 'http://10.77.0.11:6385',
      kernel_append_params: `console=ttyS0 panic=-1 quiet lab.cb=${webUrl}/report`,
    },
  }
}
