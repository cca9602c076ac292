import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ask, type WireResponse } from '../../support/boot-wire.ts'
import type { LabProcess } from '../lab-process.ts'
import { type Ini, iniText } from './ironic-config.ts'
import type { IronicHost } from './ironic-host.ts'
import type { IronicInstallation } from './ironic-installation.ts'

const launcher = fileURLToPath(new URL('../../../bin/bootring', import.meta.url))

export interface ApiPlan {
  /** Whose names it resolves. Default: the host of Ironic's API. */
  host?: IronicHost
  ini?: Ini
}

export interface AttachedPlan {
  /** SQLAlchemy's URL of Ironic's database for a user of bootring's own. Default: Ironic's. */
  databaseUrl?: string
  /** Further options, for all of bootring's processes. */
  ini?: Ini
  /** One entry an API; default: two. */
  apis?: readonly ApiPlan[]
  /** Whether there is a conductor beside each of Ironic's. Default: yes. */
  conductors?: boolean
  /** Tells several bootrings beside one Ironic apart: each has its own ports. Default: 0. */
  number?: number
}

/** How a command ended, and what it printed. */
export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

interface Part {
  host: IronicHost
  command: 'api' | 'conductor'
  files: readonly string[]
  readyUrl: string
  process?: LabProcess
}

/**
 * bootring beside a real Ironic on loopback: one conductor beside each of Ironic's, with the very files that Ironic's was
 * started with and a small one of bootring's own, and APIs, each at an address of its own.
 */
export class AttachedBootring {
  readonly #ironic: IronicInstallation
  readonly #plan: AttachedPlan
  readonly #number: number
  readonly #apis: (Part & { address: { host: string; port: number } })[] = []
  readonly #conductors: Part[] = []
  #commands = 0

  private constructor(ironic: IronicInstallation, plan: AttachedPlan) {
    this.#ironic = ironic
    this.#plan = plan
    this.#number = plan.number ?? 0
    for (const api of plan.apis ?? [{}, {}]) this.#prepareApi(api)
    const conductors = plan.conductors === false ? 0 : ironic.conductorCount
    for (let index = 0; index < conductors; index += 1) this.#prepareConductor(index)
  }

  /** Starts everything and waits until it is ready. */
  static async start(ironic: IronicInstallation, plan: AttachedPlan = {}): Promise<AttachedBootring> {
    const bootring = new AttachedBootring(ironic, plan)
    try {
      await Promise.all([...bootring.#apis, ...bootring.#conductors].map((part) => start(part)))
    } catch (error) {
      await bootring.stop()
      throw error
    }
    return bootring
  }

  /** Where each API listens. */
  get apis(): readonly { host: string; port: number }[] {
    return this.#apis.map(({ address }) => address)
  }

  /** Asks one API for a boot file, as firmware would: the answer as it came over the wire. */
  async ask(api: number, mac: string, name = 'boot.ipxe'): Promise<WireResponse> {
    const { address } = this.#api(api)
    return await ask(address, `GET /v1/boot/${mac.replaceAll(':', '-')}/${name} HTTP/1.1`)
  }

  /** Where a conductor takes calls, where that is without TLS. */
  rpcUrl(index: number): string {
    return `http://${this.#conductor(index).host.ip}:${this.#rpcPort}`
  }

  /** Where the conductor keeps copies of others' files. */
  replicaPath(index: number): string {
    return join(this.#ironic.folder, `replicas-${this.#number}-${index}`)
  }

  /** Starts a conductor, also one beside a conductor that Ironic was given since. */
  async startConductor(index: number): Promise<void> {
    if (index === this.#conductors.length) this.#prepareConductor(index)
    await start(this.#conductor(index))
  }

  /** SIGKILL. */
  async killConductor(index: number): Promise<void> {
    await this.#conductor(index).process?.kill()
  }

  /** Runs another command to its end with the configuration of an API and `--attached`, and further files after it. */
  async run(argv: readonly string[], { api = 0, files = [] as readonly string[] } = {}): Promise<CommandResult> {
    const { files: usual, host } = this.#api(api)
    this.#commands += 1
    const errors = join(this.#ironic.folder, `stderr-${this.#number}-${this.#commands}`)
    const separate = ['sh', '-c', 'exec "$@" 2>"$0"', errors]
    const started = host.spawn([...separate, launcher, ...argv, '--attached', ...withConfigFiles([...usual, ...files])])
    const code = await started.exited
    return { code, stdout: started.output, stderr: readFileSync(errors, 'utf8') }
  }

  /** The last output of all processes, to be shown when something fails. */
  logs(): string {
    return [...this.#apis, ...this.#conductors]
      .map(({ command, host, process }) => `--- ${command} on ${host.name}:\n${process?.output.slice(-3000)}`)
      .join('\n')
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all([...this.#apis, ...this.#conductors].map(({ process }) => process?.kill()))
  }

  get #rpcPort(): number {
    return 8189 + 100 * this.#number
  }

  #prepareApi({ host = this.#ironic.apiHost, ini = {} }: ApiPlan): void {
    // Ironic's own API has the block's first address, its conductors those from .11 on.
    const ip = this.#ironic.apiHost.ip.replace(/\d+$/, String(2 + this.#apis.length))
    const port = 6386 + this.#number
    const adminPort = 9385 + 10 * this.#number
    const name = `api-${this.#apis.length}`
    // As if each had a host, and so a state folder, of its own.
    const events = `sqlite:///${join(this.#ironic.folder, `events-${this.#number}-${name}.sqlite`)}`
    const own: Ini = {
      bootring: {
        ...{ api_ip: ip, api_port: port, admin_ip: ip, admin_port: adminPort },
        boot_event_connection: events,
        boot_follow_up_interval: 0.5,
      },
    }
    const file = this.#writeFile(name, own, ini)
    this.#apis.push({
      host,
      command: 'api',
      files: [this.#ironic.commonConf, file],
      readyUrl: `http://${ip}:${adminPort}/readyz`,
      address: { host: ip, port },
    })
  }

  #prepareConductor(index: number): void {
    const host = this.#ironic.conductorHost(index)
    const adminPort = 9386 + 10 * this.#number
    const own: Ini = {
      bootring: {
        admin_ip: host.ip,
        conductor_admin_port: adminPort,
        replica_path: this.replicaPath(index),
      },
    }
    const file = this.#writeFile(`conductor-${index}`, own)
    this.#conductors.push({
      host,
      command: 'conductor',
      files: [...this.#ironic.conductorConf(index), file],
      readyUrl: `http://${host.ip}:${adminPort}/readyz`,
    })
  }

  #writeFile(name: string, ...parts: readonly Ini[]): string {
    const { databaseUrl, ini = {} } = this.#plan
    const path = join(this.#ironic.folder, `bootring-${this.#number}-${name}.conf`)
    const common: Ini = { bootring: { rpc_port: this.#rpcPort } }
    if (databaseUrl !== undefined) common.database = { connection: databaseUrl }
    writeFileSync(path, iniText(common, ...parts, ini))
    return path
  }

  #api(index: number) {
    const api = this.#apis[index]
    if (api === undefined) throw new Error(`there is no API ${index}`)
    return api
  }

  #conductor(index: number): Part {
    const conductor = this.#conductors[index]
    if (conductor === undefined) throw new Error(`there is no conductor ${index}`)
    return conductor
  }
}

async function start(part: Part): Promise<void> {
  if (part.process?.running) throw new Error(`${part.command} on ${part.host.name} runs already`)
  const process = part.host.spawn([launcher, part.command, '--attached', ...withConfigFiles(part.files)])
  part.process = process
  const deadline = performance.now() + 60_000
  let last = 'no answer'
  for (;;) {
    if (!process.running) throw new Error(`${part.command} on ${part.host.name} ended:\n${process.output}`)
    const answer = await fetch(part.readyUrl).catch(() => undefined)
    if (answer !== undefined) last = await answer.text()
    if (answer?.ok) return
    if (performance.now() > deadline) throw new Error(`${part.command} is not ready: ${last}\n${process.output}`)
    await sleep(50)
  }
}

const withConfigFiles = (files: readonly string[]) => files.flatMap((file) => ['--config-file', file])
