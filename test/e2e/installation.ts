import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runBootring, startBootring } from '../lab/bootring.ts'
import type { Host } from '../lab/host.ts'
import { Lab } from '../lab/lab.ts'
import { labImages } from '../lab/lab-images.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { WebServer } from '../lab/web-server.ts'

/** Options by section. */
type Settings = Record<string, Record<string, string | number | boolean>>

/** One API instance or conductor. */
export interface Member {
  host: Host
  configFiles: string[]
  process: LabProcess
}

/** A node of the fleet with one machine. */
export interface FleetEntry {
  name: string
  macs: string[]
  provisionState: string
  /** Default: ipxe. */
  bootInterface?: string
  deployInterface?: string
  instanceInfo?: Record<string, string>
}

/**
 * A whole installation on hosts of their own: a DHCP host with the root script's HTTP server, two API instances, three
 * conductors, one database. DHCP itself is started by each test.
 */
export class Installation {
  readonly lab: Lab
  readonly dhcp: Host
  readonly web: WebServer
  readonly apis: Member[] = []
  readonly conductors: Member[] = []
  readonly #family: 'ipv4' | 'ipv6'
  #settingsFiles = 0

  private constructor(lab: Lab, dhcp: Host, web: WebServer, family: 'ipv4' | 'ipv6') {
    this.lab = lab
    this.dhcp = dhcp
    this.web = web
    this.#family = family
  }

  /** Starts everything, with these machines registered; all addresses in the configuration are of one family. */
  static async start(family: 'ipv4' | 'ipv6', fleet: readonly FleetEntry[]): Promise<Installation> {
    const lab = await Lab.open()
    try {
      // In both networks: it also sends router advertisements.
      const dhcp = await lab.host('dhcp.lab.example', { ...addresses(family, 1), ipv6: 'fd77::1' })
      const installation = new Installation(lab, dhcp, await WebServer.start(dhcp), family)
      await installation.#fill(fleet)
      return installation
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  /** A further host. */
  async host(name: string, number: number): Promise<Host> {
    return await this.lab.host(name, addresses(this.#family, number))
  }

  async close(): Promise<void> {
    await this.lab.close()
  }

  /** Writes a configuration file. */
  settings(settings: Settings): string {
    this.#settingsFiles += 1
    const file = join(this.lab.folder, `bootring-${this.#settingsFiles}.conf`)
    const sections = Object.entries(settings).map(([section, options]) => {
      const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}\n`)
      return `[${section}]\n${lines.join('')}`
    })
    writeFileSync(file, sections.join('\n'))
    return file
  }

  /** Makes the root script as this member's configuration and `settings` say, and puts it on the HTTP server. */
  async serveRootScript(member: Member, settings: Settings = {}): Promise<void> {
    const files = [...member.configFiles, this.settings(settings)]
    this.web.put('boot.ipxe', await runBootring(member.host, ['root-script'], files))
  }

  /** The conductor that owns the machine with this MAC, as `bootring explain` says. */
  async owner(mac: string, fileName = 'boot.ipxe'): Promise<Member> {
    const api = this.api(0)
    const explained = await runBootring(api.host, ['explain', mac, fileName, '--json'], api.configFiles)
    const { ring } = JSON.parse(explained) as { ring: { owner: string } }
    const owner = this.conductors.find(({ host }) => host.name === ring.owner)
    if (!owner) throw new Error(`no conductor has the name of the owner: ${explained}`)
    return owner
  }

  api(index: number): Member {
    const api = this.apis[index]
    if (!api) throw new Error(`there is no API instance ${index}`)
    return api
  }

  /** Starts a conductor again that was ended. */
  async restart(member: Member): Promise<void> {
    member.process = await startBootring(member.host, 'conductor', member)
  }

  async #fill(fleet: readonly FleetEntry[]): Promise<void> {
    const common = this.settings({
      DEFAULT: { hash_ring_reset_interval: 2 },
      database: { connection: `sqlite:///${join(this.lab.folder, 'bootring.sqlite')}` },
      json_rpc: { auth_strategy: 'noauth' },
      // On a busy machine the owner may be late, and a second conductor answer first: tests name the owner as the one that answers.
      bootring: { rpc_hedge_share: 0 },
      conductor: {
        heartbeat_interval: 2,
        heartbeat_timeout: 10,
        sync_local_state_interval: 5,
        file_url_allowed_paths: labImages.folder,
        deploy_kernel: `file://${labImages.kernel}`,
        deploy_ramdisk: `file://${labImages.ramdisk}`,
      },
      pxe: {
        ipxe_use_boot_config_api: true,
        // The first API's, which agents are told as well.
        ipxe_config_api_root_url: `http://${this.#family === 'ipv4' ? '10.77.0.11' : '[fd77::11]'}:6385`,
        kernel_append_params: `console=ttyS0 panic=-1 quiet lab.cb=http://${this.dhcp.urlHost}/report`,
      },
    })
    await runBootring(this.dhcp, ['db', 'upgrade'], [common])
    const file = join(this.lab.folder, 'fleet.json')
    writeFileSync(file, JSON.stringify(fleetFile(fleet)))
    await runBootring(this.dhcp, ['apply', file], [common])
    const conductors = [1, 2, 3].map((number) => this.#member('conductor', number, 20 + number, common))
    const apis = [1, 2].map((number) => this.#member('api', number, 10 + number, common))
    this.conductors.push(...(await Promise.all(conductors)))
    this.apis.push(...(await Promise.all(apis)))
    await Promise.all(this.apis.map((api) => this.#untilAllKnown(api)))
  }

  /** An API that was quicker than the conductors has rings without them, for as long as it keeps them. */
  async #untilAllKnown({ host }: Member): Promise<void> {
    for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(200)) {
      const { body } = await host.http({ url: 'http://127.0.0.1:9385/metrics' })
      if (body.includes(`\nbootring_conductors_alive ${this.conductors.length}\n`)) return
    }
    throw new Error(`${host.name} does not know of ${this.conductors.length} conductors`)
  }

  async #member(command: 'api' | 'conductor', number: number, address: number, common: string): Promise<Member> {
    const name = `${command}-${number}.lab.example`
    const host = await this.host(name, address)
    const statePath = join(this.lab.folder, name)
    mkdirSync(statePath)
    const own = this.settings({
      DEFAULT: { host: name, my_ip: host.ip, state_path: statePath },
      api: { host_ip: host.ip },
      json_rpc: { host_ip: host.ip },
      deploy: { http_url: `http://${host.urlHost}:8080` },
    })
    const configFiles = [common, own]
    const process = await startBootring(host, command, { configFiles })
    return { host, configFiles, process }
  }
}

function addresses(family: 'ipv4' | 'ipv6', number: number) {
  return family === 'ipv4' ? { ipv4: `10.77.0.${number}` } : { ipv6: `fd77::${number}` }
}

function fleetFile(fleet: readonly FleetEntry[]): object {
  const nodes = fleet.map(({ bootInterface, deployInterface, instanceInfo, macs, name, provisionState }, index) => ({
    name,
    // Always the same, so that the ring gives them to the same conductors in each run.
    uuid: `7f0fb1e5-1b77-4c5a-9f2e-${String(index).padStart(12, '0')}`,
    driver: 'fake-hardware',
    boot_interface: bootInterface ?? 'ipxe',
    deploy_interface: deployInterface ?? 'direct',
    instance_info: instanceInfo ?? {},
    provision_state: provisionState,
    properties: { cpu_arch: 'x86_64' },
    ports: macs.map((address) => ({ address, pxe_enabled: true })),
  }))
  return { nodes }
}
