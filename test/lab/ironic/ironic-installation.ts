import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LabProcess } from '../lab-process.ts'
import { IronicClient } from './ironic-client.ts'
import { commonIni, conductorIni, type Ini, iniText } from './ironic-config.ts'
import { type IronicDatabase, type OwnDatabase, startOnHost, startOnLoopback } from './ironic-database.ts'
import type { IronicHost } from './ironic-host.ts'
import { debianPython, type IronicRelease, ironicProgram } from './ironic-release.ts'
import { IronicService } from './ironic-service.ts'
import { loopbackBlock } from './loopback-block.ts'
import { LoopbackHost } from './loopback-host.ts'

export interface ConductorPlan {
  /** Where it runs. Default: an address on loopback. Hosts of the lab and loopback do not mix. */
  host?: IronicHost
  /** `[conductor]conductor_group`. */
  group?: string
  /** `[json_rpc]port`. `newest` only: with another than 8089 it registers as `host:port`, and 21.4 can't. */
  rpcPort?: number
  /** Further options, of this conductor alone. */
  ini?: Ini
}

export interface IronicPlan {
  release: IronicRelease
  database: IronicDatabase
  /** One entry a conductor. */
  conductors: readonly ConductorPlan[]
  /** Where the API runs. Default: an address on loopback. */
  apiHost?: IronicHost
  /** SQLAlchemy's URL of an empty database. Default: a server of the installation's own, or a SQLite file. */
  databaseUrl?: string
  /** On loopback: host names that must be resolved, instead of addresses. Takes root. */
  names?: boolean
  /** Further options, for all services. */
  ini?: Ini
}

// Ironic never writes it to a disk here.
const diskImage = 'a disk\n'.repeat(512)

interface Conductor {
  host: IronicHost
  plan: ConductorPlan
  folder: string
  files: readonly string[]
  service: IronicService
}

/**
 * A real Ironic: its API, its conductors, its database. Conductors are counted from 0. All of it ends with the test,
 * however that ends.
 */
export class IronicInstallation {
  readonly release: IronicRelease
  /** Everything on disk; goes with `stop`. */
  readonly folder: string
  readonly databaseUrl: string
  readonly apiHost: IronicHost
  readonly client: IronicClient
  readonly #plan: IronicPlan
  readonly #database: OwnDatabase | undefined
  readonly #block: string
  readonly #api: IronicService
  readonly #conductors: Conductor[] = []
  readonly #fileServers: LabProcess[] = []

  private constructor(plan: IronicPlan, folder: string, block: string, databaseUrl: string, database?: OwnDatabase) {
    this.#plan = plan
    this.release = plan.release
    this.folder = folder
    this.#block = block
    this.databaseUrl = databaseUrl
    this.#database = database
    writeFileSync(this.#hostsFile, '127.0.0.1 localhost\n')
    this.apiHost = plan.apiHost ?? this.#loopbackHost('api.lab.example', `${block}.1`)
    mkdirSync(this.imagesFolder)
    writeFileSync(this.kernel, 'a kernel\n')
    writeFileSync(this.ramdisk, 'a ramdisk\n')
    writeFileSync(join(this.imagesFolder, 'disk.img'), diskImage)
    const common = commonIni({
      release: plan.release,
      apiIp: this.apiHost.ip,
      databaseUrl,
      imagesFolder: this.imagesFolder,
    })
    writeFileSync(this.commonConf, iniText(common, plan.ini ?? {}))
    const apiConf = join(folder, 'api.conf')
    writeFileSync(apiConf, '')
    const argv = [ironicProgram(plan.release, 'ironic-api'), '--config-file', this.commonConf, '--config-file', apiConf]
    this.#api = new IronicService(this.apiHost, argv)
    for (const conductor of plan.conductors) this.#prepare(conductor)
    this.client = new IronicClient(this.apiHost, this.apiUrl)
  }

  /** Starts everything and waits until all conductors are registered. */
  static async start(plan: IronicPlan): Promise<IronicInstallation> {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-ironic-'))
    chmodSync(folder, 0o755)
    let database: OwnDatabase | undefined
    if (plan.databaseUrl === undefined && plan.database !== 'sqlite') {
      database = await (plan.apiHost ? startOnHost(plan.database, plan.apiHost) : startOnLoopback(plan.database))
    }
    const url = plan.databaseUrl ?? database?.url ?? `sqlite:///${join(folder, 'ironic.sqlite')}`
    const installation = new IronicInstallation(plan, folder, await loopbackBlock(), url, database)
    try {
      await installation.#bringUp()
    } catch (error) {
      const logs = installation.logs()
      await installation.stop()
      throw new Error(`${error instanceof Error ? error.message : error}\n${logs}`)
    }
    return installation
  }

  get apiUrl(): string {
    return `http://${this.apiHost.ip}:6385`
  }

  /** The file that all services read first. */
  get commonConf(): string {
    return join(this.folder, 'common.conf')
  }

  get imagesFolder(): string {
    return join(this.folder, 'images')
  }

  get kernel(): string {
    return join(this.imagesFolder, 'ipa.kernel')
  }

  get ramdisk(): string {
    return join(this.imagesFolder, 'ipa.initramfs')
  }

  get conductorCount(): number {
    return this.#conductors.length
  }

  /** The configuration files that the conductor was started with, in order. */
  conductorConf(index: number): readonly string[] {
    return this.#conductor(index).files
  }

  conductorHost(index: number): IronicHost {
    return this.#conductor(index).host
  }

  /** The name by which Ironic knows the conductor: in its database, on its ring and in the API. */
  conductorName(index: number): string {
    const { host, plan } = this.#conductor(index)
    const port = plan.rpcPort ?? 8089
    return port === 8089 ? host.name : `${host.name}:${port}`
  }

  /** Which conductor has that name; throws where none has. */
  conductorNamed(name: string | null): number {
    const index = this.#conductors.findIndex((_, i) => this.conductorName(i) === name)
    if (index < 0) throw new Error(`no conductor has the name '${name}'`)
    return index
  }

  httpRoot(index: number): string {
    return join(this.#conductor(index).folder, 'http')
  }

  tftpRoot(index: number): string {
    return join(this.#conductor(index).folder, 'tftp')
  }

  /** Starts a conductor, and waits until it is registered and the API knows. */
  async startConductor(index: number): Promise<void> {
    this.#conductor(index).service.start()
    await this.untilAlive(index, true)
  }

  /** SIGTERM: the conductor takes itself off the ring. */
  async stopConductor(index: number): Promise<void> {
    await this.#conductor(index).service.stop()
  }

  /** SIGKILL: its row stays, until it has not been heard of for `heartbeat_timeout`. */
  async killConductor(index: number): Promise<void> {
    await this.#conductor(index).service.kill()
  }

  /** One more conductor: its index. */
  async addConductor(plan: ConductorPlan = {}): Promise<number> {
    const index = this.#prepare(plan)
    await this.startConductor(index)
    return index
  }

  /** Waits until Ironic's API says of the conductor that it is alive, or that it is not. */
  async untilAlive(index: number, alive: boolean, seconds = 60): Promise<void> {
    const name = this.conductorName(index)
    const { service } = this.#conductor(index)
    await this.#until(`conductor ${name} ${alive ? 'registers' : 'is gone'}`, seconds, async () => {
      if (alive && !service.running) throw new Error(`conductor ${name} ended`)
      const found = (await this.client.conductors()).find(({ hostname }) => hostname === name)
      return (found?.alive ?? false) === alive
    })
  }

  /** Waits until a node is looked after by one of these conductors alone, as the API sees it, for all nodes. */
  async untilOwnedBy(indexes: readonly number[], seconds = 60): Promise<void> {
    const names = indexes.map((index) => this.conductorName(index))
    await this.#until(`all nodes belong to ${names.join(', ')}`, seconds, async () => {
      const nodes = await this.client.nodes().catch(() => undefined)
      return nodes?.every(({ conductor }) => conductor !== null && names.includes(conductor)) ?? false
    })
  }

  /** A node of `fake-hardware` whose machine boots from the network, as `IronicClient.enrol` takes it. */
  node(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      name,
      driver: 'fake-hardware',
      boot_interface: 'ipxe',
      deploy_interface: 'direct',
      power_interface: 'fake',
      management_interface: 'noop',
      network_interface: 'noop',
      properties: { capabilities: 'boot_mode:uefi', cpu_arch: 'x86_64' },
      driver_info: { deploy_kernel: `file://${this.kernel}`, deploy_ramdisk: `file://${this.ramdisk}` },
      ...more,
    }
  }

  /**
   * Starts a plain HTTP server for the `http_root` of each conductor that there is, at its `[deploy]http_url`, and one
   * for `imagesFolder`.
   */
  async serveFiles(): Promise<void> {
    const serve = async (host: IronicHost, folder: string) => {
      const server = host.spawn([debianPython, '-m', 'http.server', '8080', '--bind', host.ip, '--directory', folder])
      this.#fileServers.push(server)
      await host.http({ url: `http://${host.ip}:8080/`, untilStatus: 200 })
    }
    await Promise.all([
      serve(this.apiHost, this.imagesFolder),
      ...this.#conductors.map(({ host }, index) => serve(host, this.httpRoot(index))),
    ])
  }

  /** The `instance_info` of a node that is to be deployed by `direct`; needs `serveFiles`. */
  imageInfo(): Record<string, unknown> {
    return {
      image_source: `http://${this.apiHost.ip}:8080/disk.img`,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: createHash('sha256').update(diskImage).digest('hex'),
      image_disk_format: 'raw',
      image_type: 'whole-disk',
    }
  }

  /** The `instance_info` of a node whose `deploy_interface` is `ramdisk`: it becomes `active` at once, with its files. */
  ramdiskInfo(): Record<string, unknown> {
    return { kernel: `file://${this.kernel}`, ramdisk: `file://${this.ramdisk}` }
  }

  /** Runs `openstack baremetal …`, Ironic's own command line client: its JSON. Two seconds a command. */
  async openstack(...args: readonly string[]): Promise<unknown> {
    const env = { OS_AUTH_TYPE: 'none', OS_ENDPOINT: this.apiUrl }
    const reads = ['show', 'list'].some((word) => args.includes(word)) || args.includes('create')
    const output = await this.apiHost.run(
      ['/usr/bin/openstack', 'baremetal', ...args, ...(reads ? ['-f', 'json'] : [])],
      env,
    )
    return reads ? JSON.parse(output.slice(output.search(/^[[{]/m))) : undefined
  }

  /** The last output of all services, to be shown when something fails. */
  logs(): string {
    const tail = (name: string, service: IronicService) => `--- ${name}:\n${service.log.slice(-4000)}`
    return [
      tail('API', this.#api),
      ...this.#conductors.map(({ host, service }) => tail(`conductor ${host.name}`, service)),
    ].join('\n')
  }

  /** Ends everything and removes its files. */
  async stop(): Promise<void> {
    await this.client.close()
    await Promise.all(this.#fileServers.map((server) => server.kill()))
    await Promise.all([this.#api.kill(), ...this.#conductors.map(({ service }) => service.kill())])
    await this.#database?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #hostsFile(): string {
    return join(this.folder, 'hosts')
  }

  async #bringUp(): Promise<void> {
    const dbsync = ironicProgram(this.release, 'ironic-dbsync')
    await this.apiHost.run([dbsync, '--config-file', this.commonConf, 'create_schema'])
    this.#api.start()
    await this.#until('the API answers', 60, async () => {
      if (!this.#api.running) throw new Error('the API ended')
      await this.client.conductors()
      return true
    })
    const indexes = this.#conductors.map((_, index) => index)
    if (this.databaseUrl.startsWith('sqlite')) {
      // Several that register at once meet a locked database, and one of them ends.
      for (const index of indexes) await this.startConductor(index)
    } else await Promise.all(indexes.map((index) => this.startConductor(index)))
  }

  #prepare(plan: ConductorPlan): number {
    if (plan.rpcPort !== undefined && this.release === 'debian') throw new Error('21.4 has one RPC port for all')
    const number = this.#conductors.length + 1
    const host = plan.host ?? this.#loopbackHost(`cond-${number}.lab.example`, `${this.#block}.${10 + number}`)
    const folder = join(this.folder, `c${number}`)
    // Ironic makes none of them by itself, but for the first.
    for (const part of ['http', 'tftp', 'tftp_master', 'images', 'inst_master']) {
      mkdirSync(join(folder, part), { recursive: true })
    }
    const file = join(this.folder, `c${number}.conf`)
    const own: Ini = { conductor: {}, json_rpc: {} }
    if (plan.group !== undefined) own.conductor = { conductor_group: plan.group }
    if (plan.rpcPort !== undefined) own.json_rpc = { port: plan.rpcPort }
    const basic = conductorIni({ name: host.name, ip: host.ip, folder, imagesFolder: this.imagesFolder })
    writeFileSync(file, iniText(basic, own, plan.ini ?? {}))
    const files = [this.commonConf, file]
    const argv = [ironicProgram(this.release, 'ironic-conductor'), ...files.flatMap((path) => ['--config-file', path])]
    const service = new IronicService(host, argv)
    this.#conductors.push({ host, plan, folder, files, service })
    return number - 1
  }

  #loopbackHost(name: string, ip: string): LoopbackHost {
    if (!this.#plan.names) return new LoopbackHost(ip, ip)
    writeFileSync(this.#hostsFile, `${ip} ${name}\n`, { flag: 'a' })
    return new LoopbackHost(name, ip, this.#hostsFile)
  }

  #conductor(index: number): Conductor {
    const conductor = this.#conductors[index]
    if (conductor === undefined) throw new Error(`there is no conductor ${index}`)
    return conductor
  }

  async #until(what: string, seconds: number, reached: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + seconds * 1000
    let last: unknown
    for (;;) {
      last = await reached().catch((error: unknown) => error)
      if (last === true) return
      if (last instanceof Error && / ended$/.test(last.message)) throw last
      if (performance.now() > deadline) throw new Error(`${seconds} s went by and not: ${what} (${last})`)
      await sleep(200)
    }
  }
}
