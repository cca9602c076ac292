import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FleetNode } from '../src/model/stores.ts'
import type { DatabaseServer } from '../test/support/database-server.ts'
import { missingForPostgresql, startPostgresql } from '../test/support/postgresql-server.ts'
import type { CpuMeter } from './closed-loop.ts'
import { cpuSecondsOf } from './cpu-time.ts'
import { loadFleet } from './fleet.ts'
import { type Service, startService, writeInstallation } from './instance.ts'
import type { ManagedKind } from './management-results.ts'

type Say = (words: string) => void

/** Else one installation would walk its fleet while another one is being measured. */
const restful = ['sync_local_state_interval = 0', 'sync_power_state_interval = 0', 'check_provision_state_interval = 0']

/** As if the conductor had asked each machine once: else its first pass would write to every node. */
const powerKnown = "update nodes set power_state = 'power off'"

/** An installation that runs, with a fleet in its database. */
export interface Managed {
  kind: ManagedKind
  nodes: number
  service: Service
  fillingSeconds: number
  /** Of bootring's processes. */
  cpu: CpuMeter
}

/** Where the installations of a run have their folders and databases. Whatever it starts ends with `end`. */
export class ManagementStage {
  readonly kinds: readonly ManagedKind[]
  readonly #folder: string
  readonly #server: DatabaseServer | undefined
  readonly #services: Service[] = []
  readonly #say: Say

  private constructor(folder: string, server: DatabaseServer | undefined, say: Say) {
    this.#folder = folder
    this.#server = server
    this.#say = say
    this.kinds = ['serve on SQLite', ...(server ? (['api and conductor on PostgreSQL'] as const) : [])]
  }

  static async open(folder: string, postgresql: boolean, say: Say): Promise<ManagementStage> {
    const missing = missingForPostgresql()
    if (postgresql && missing !== undefined) say(`without PostgreSQL: this machine lacks ${missing}`)
    return new ManagementStage(folder, postgresql && !missing ? await startPostgresql() : undefined, say)
  }

  /** Fills a database past REST, as `bootring apply` does, and starts an installation on it. */
  async start(kind: ManagedKind, fleet: FleetNode[], { periodic = false } = {}): Promise<Managed> {
    const words = `${fleet.length.toLocaleString('en')} nodes, ${kind}`
    this.#say(`filling and starting: ${words}`)
    const name = `managed_${this.#services.length}`
    const own = join(this.#folder, name)
    await mkdir(own)
    const startedAt = performance.now()
    const url = await this.#fill(kind, name, fleet)
    const fillingSeconds = (performance.now() - startedAt) / 1000
    const installation = await writeInstallation(own, url, periodic ? [] : restful)
    const service = await startService(words, kind === 'serve on SQLite' ? 'serve' : 'api', installation)
    this.#services.push(service)
    const pids = service.children.map(({ pid }) => pid)
    const cpu = () => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
    return { kind, nodes: fleet.length, service, fillingSeconds, cpu }
  }

  /** Ends what runs, but for the database server. */
  async rest(): Promise<void> {
    for (const { children } of this.#services) await Promise.all(children.map((child) => child.end()))
  }

  async end(): Promise<void> {
    await this.rest()
    await this.#server?.stop()
  }

  async #fill(kind: ManagedKind, name: string, fleet: FleetNode[]): Promise<string> {
    if (kind === 'serve on SQLite') {
      const file = join(this.#folder, name, 'bootring.sqlite')
      const url = `sqlite:///${file}`
      await loadFleet(url, fleet)
      const database = new DatabaseSync(file)
      database.exec(powerKnown)
      database.close()
      return url
    }
    if (this.#server === undefined) throw new Error('there is no PostgreSQL')
    await this.#server.createDatabase(name)
    const url = this.#server.url(name)
    await loadFleet(url, fleet)
    // What autovacuum would find out within a minute.
    await this.#server.administer(name, powerKnown, 'vacuum analyze')
    return url
  }
}
