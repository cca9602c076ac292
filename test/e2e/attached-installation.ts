import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { runBootring, startBootring } from '../lab/bootring.ts'
import type { Host } from '../lab/host.ts'
import type { ApiNode } from '../lab/ironic/ironic-client.ts'
import { type Ini, iniText } from '../lab/ironic/ironic-config.ts'
import { IronicInstallation } from '../lab/ironic/ironic-installation.ts'
import { type IronicRelease, missingForIronic } from '../lab/ironic/ironic-release.ts'
import { Lab } from '../lab/lab.ts'
import { labImages } from '../lab/lab-images.ts'
import type { LabProcess } from '../lab/lab-process.ts'
import { missingForLab } from '../lab/missing-for-lab.ts'
import { WebServer } from '../lab/web-server.ts'
import { missingForMariadb } from '../support/mariadb-server.ts'
import { type IronicsDatabase, startMariadbOn } from './attached-mariadb.ts'
import { sameImagesPort, startConductorsWebServer } from './attached-web-server.ts'
import { type Booted, bootMachine } from './boot-machine.ts'

/** What this machine lacks for an installation with that release, in words; undefined: nothing. */
export function missingForAttached(release: IronicRelease): string | undefined {
  const lacking = [...missingForLab(), missingForIronic(release), missingForMariadb()].filter(Boolean)
  return lacking.length === 0 ? undefined : lacking.join(', ')
}

/** bootring's API on a host. */
export interface AttachedApi {
  host: Host
  /** e.g. `http://10.77.0.11:6386`. */
  url: string
  process: LabProcess
}

/** A host with Ironic's conductor, bootring's, and a web server for the files that Ironic's writes. */
interface ConductorHost {
  host: Host
  bootring: LabProcess
  web: LabProcess
}

export interface AttachedPlan {
  release: IronicRelease
  conductors: number
  /** `[bootring]replicate`, with an `image_url_map` that leads from each conductor's host to the next. */
  replicate?: boolean
  /** Further options for all of Ironic's services, from the folder of the lab. */
  ironic?: (folder: string) => Ini
}

/**
 * A real Ironic on hosts of its own, and bootring attached to it: a DHCP host with a web server, Ironic's API with the
 * database, the conductors' hosts, two API instances of bootring's, the first beside Ironic's. DHCP itself is started
 * by each test.
 */
export class AttachedInstallation {
  readonly lab: Lab
  readonly dhcp: Host
  readonly web: WebServer
  readonly apis: AttachedApi[] = []
  readonly #plan: AttachedPlan
  readonly #conductors: ConductorHost[] = []
  #ironic: IronicInstallation | undefined
  #databaseUrl = ''
  #files = 0

  private constructor(plan: AttachedPlan, lab: Lab, dhcp: Host, web: WebServer) {
    this.#plan = plan
    this.lab = lab
    this.dhcp = dhcp
    this.web = web
  }

  static async start(plan: AttachedPlan): Promise<AttachedInstallation> {
    const lab = await Lab.open()
    try {
      // The IPv6 address is for router advertisements.
      const dhcp = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1', ipv6: 'fd77::1' })
      const installation = new AttachedInstallation(plan, lab, dhcp, await WebServer.start(dhcp))
      try {
        await installation.#startIronic()
        await installation.#attach()
      } catch (error) {
        await installation.#ironic?.stop()
        throw error
      }
      return installation
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#ironic?.stop()
    await this.lab.close()
  }

  get ironic(): IronicInstallation {
    if (this.#ironic === undefined) throw new Error('Ironic is not there yet')
    return this.#ironic
  }

  api(index: number): AttachedApi {
    const api = this.apis[index]
    if (api === undefined) throw new Error(`there is no API instance ${index}`)
    return api
  }

  /** A node as Ironic's API takes it, whose machine boots the laboratory's Linux. */
  node(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    const images = { deploy_kernel: `file://${labImages.kernel}`, deploy_ramdisk: `file://${labImages.ramdisk}` }
    return this.ironic.node(name, { driver_info: images, ...more })
  }

  /** Enrols a node and has it cleaned, up to where its machine has to boot: the node as Ironic has it then. */
  async nodeInCleanWait(name: string, mac: string, more: Record<string, unknown> = {}): Promise<ApiNode> {
    const { client } = this.ironic
    const { uuid } = await client.enrol(this.node(name, more), [mac])
    await client.provision(uuid, 'manage')
    await client.waitForState([uuid], 'manageable')
    await client.provision(uuid, 'provide')
    const [node] = await client.waitForState([uuid], 'clean wait')
    return node as ApiNode
  }

  /** Index of the conductor that Ironic's API names as the node's. */
  async owner(uuid: string): Promise<number> {
    const node = (await this.ironic.client.nodes()).find((each) => each.uuid === uuid)
    return this.ironic.conductorNamed(node?.conductor ?? null)
  }

  /** Host and port of the URLs that Ironic's conductor writes into boot files. */
  imagesAt(conductor: number): string {
    return `${this.#conductor(conductor).host.ip}:8080`
  }

  /** Host and port of the URLs that `image_url_map` makes of them. */
  mappedImagesAt(conductor: number): string {
    const next = this.#conductor((conductor + 1) % this.#plan.conductors)
    return `${next.host.ip}:${sameImagesPort}`
  }

  /** Where the bootring conductor on that host keeps its copies. */
  replicaPath(conductor: number): string {
    return join(this.lab.folder, `replicas-${conductor}`)
  }

  /** What `bootring root-script` prints on the DHCP host, with links to these APIs. */
  async rootScript(apiUrls: readonly string[], { ironicTemplate = false } = {}): Promise<string> {
    const argv = ['root-script', '--attached', ...(ironicTemplate ? ['--ironic-template'] : [])]
    const own = this.#write({ bootring: { api_root_urls: apiUrls.join(',') } })
    return await runBootring(this.dhcp, argv, [...this.#configFiles({}), own])
  }

  /** Switches a machine on; see there. */
  async boot(
    options: Parameters<typeof bootMachine>[1],
    whileBooting?: Parameters<typeof bootMachine>[2],
  ): Promise<Booted> {
    // It looks at `lab` and `web` alone.
    return await bootMachine(this, options, whileBooting)
  }

  /** As if somebody had pulled the plug of a conductor's host: everything on it ends at once, and its address is dead. */
  async pullPlug(conductor: number): Promise<void> {
    const { bootring, host, web } = this.#conductor(conductor)
    await host.run(['ip', 'link', 'set', 'eth0', 'down'])
    await Promise.all([this.ironic.killConductor(conductor), bootring.kill(), web.kill()])
  }

  async #startIronic(): Promise<void> {
    const apiHost = await this.lab.host('api.lab.example', { ipv4: '10.77.0.11' })
    const hosts: Host[] = []
    for (let number = 1; number <= this.#plan.conductors; number += 1) {
      hosts.push(await this.lab.host(`conductor-${number}.lab.example`, { ipv4: `10.77.0.${20 + number}` }))
    }
    const database: IronicsDatabase = await startMariadbOn(apiHost)
    this.#databaseUrl = database.readOnlyUrl
    const { pxe, ...further } = this.#plan.ironic?.(this.lab.folder) ?? {}
    this.#ironic = await IronicInstallation.start({
      release: this.#plan.release,
      database: 'mariadb',
      databaseUrl: database.url,
      apiHost,
      conductors: hosts.map((host) => ({ host })),
      ini: {
        conductor: { file_url_allowed_paths: labImages.folder },
        pxe: {
          kernel_append_params: `console=ttyS0 panic=-1 quiet lab.cb=${this.web.url}/report`,
          ipxe_fallback_script: 'fallback.ipxe',
          ...pxe,
        },
        ...further,
      },
    })
    for (const [index, host] of hosts.entries()) {
      const web = await startConductorsWebServer(host, this.ironic.httpRoot(index))
      this.#conductors.push({ host, web, bootring: web })
    }
  }

  /** What an operator does who has a running Ironic. */
  async #attach(): Promise<void> {
    const second = await this.lab.host('api-2.lab.example', { ipv4: '10.77.0.12' })
    const apis = [this.ironic.apiHost as Host, second].map(async (host) => {
      const process = await startBootring(host, 'api', {
        configFiles: this.#configFiles({ bootring: { api_ip: host.ip } }),
      })
      this.apis.push({ host, url: `http://${host.ip}:6386`, process })
    })
    const conductors = this.#conductors.map(async (conductor, index) => {
      const own = this.#configFiles({ bootring: { replica_path: this.replicaPath(index) } }, index)
      conductor.bootring = await startBootring(conductor.host, 'conductor', { configFiles: own })
    })
    await Promise.all([...apis, ...conductors])
    this.apis.sort((one, other) => one.host.ip.localeCompare(other.host.ip))
  }

  /** Ironic's files and after them bootring's own, as on a conductor's host or on any other. */
  #configFiles(own: Ini, conductor?: number): string[] {
    const ironics = conductor === undefined ? [this.ironic.commonConf] : this.ironic.conductorConf(conductor)
    const users = join(this.lab.folder, 'htpasswd-rpc')
    writeFileSync(users, `bootring:${bcrypt.hashSync('CHANGE-ME', 4)}\n`)
    const common: Ini = {
      bootring: { mode: 'attached' },
      database: { connection: this.#databaseUrl },
      json_rpc: {
        auth_strategy: 'http_basic',
        http_basic_auth_user_file: users,
        username: 'bootring',
        password: 'CHANGE-ME',
      },
    }
    return [...ironics, this.#write(common, this.#replication(), own)]
  }

  #replication(): Ini {
    if (!this.#plan.replicate) return {}
    const map = this.#conductors.map(
      (_, index) => `http://${this.imagesAt(index)}=http://${this.mappedImagesAt(index)}`,
    )
    return { bootring: { replicate: true, image_url_map: map.join(',') } }
  }

  #write(...parts: Ini[]): string {
    this.#files += 1
    const file = join(this.lab.folder, `bootring-${this.#files}.conf`)
    writeFileSync(file, iniText(...parts))
    return file
  }

  #conductor(index: number): ConductorHost {
    const conductor = this.#conductors[index]
    if (conductor === undefined) throw new Error(`there is no conductor ${index}`)
    return conductor
  }
}
