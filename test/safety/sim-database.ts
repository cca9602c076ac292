import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Dialect } from '../../src/db/dialects/dialect.ts'
import type { Engine } from '../../src/db/engines/engine.ts'
import { openEngine } from '../../src/db/engines/open-engine.ts'
import { SqlDatabase } from '../../src/db/sql-database.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { Database, ReservationStore } from '../../src/model/stores.ts'
import type { SimClock } from './sim-clock.ts'
import type { SimProcess } from './sim-process.ts'

export interface SimDatabaseOptions {
  clock: SimClock
  random: () => number
  /** In place of the real store of reservations: to see what the checker says. */
  reservations?: (engine: Engine) => ReservationStore
}

/** A statement that the process waits for. */
export interface Call {
  /** A statement that was sent may be carried out after its sender has given up; a transaction takes several. */
  transaction?: boolean
  deadlineSeconds?: number
}

/**
 * The real stores on a real SQLite file whose clock is the simulated one. It does one thing at a time. Processes reach
 * it over a network that may be slow, and gets the better of them: what they have given up may still be done.
 */
export class SimDatabase {
  readonly engine: Engine
  readonly stores: Database
  readonly reservations: ReservationStore
  /** Milliseconds that a way takes at most. */
  slowMilliseconds = 5
  isDown = false
  readonly #clock: SimClock
  readonly #random: () => number
  readonly #folder: string
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(engine: Engine, folder: string, { clock, random, reservations }: SimDatabaseOptions) {
    this.engine = engine
    this.stores = new SqlDatabase(engine, undefined)
    this.reservations = reservations?.(engine) ?? this.stores.reservations
    this.#clock = clock
    this.#random = random
    this.#folder = folder
  }

  static async open(options: SimDatabaseOptions): Promise<SimDatabase> {
    const folder = mkdtempSync(join(tmpdir(), 'bootring-safety-'))
    const engine = await openEngine(
      { engine: 'sqlite', path: join(folder, 'x.sqlite') },
      { maxPoolSize: 1, poolTimeoutSeconds: 30 },
    )
    const database = new SimDatabase(
      { ...engine, dialect: onSimulatedTime(engine.dialect, options.clock) },
      folder,
      options,
    )
    await database.stores.upgrade()
    return database
  }

  async close(): Promise<void> {
    await this.engine.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Carries something out for the test itself, in turn. */
  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** Carries something out for a process, which waits for the answer no longer than its deadline. */
  async call<T>(process: SimProcess, work: () => Promise<T>, call: Call = {}): Promise<T> {
    const { deadlineSeconds = 30, transaction = false } = call
    await process.running()
    return await new Promise<T>((resolve, reject) => {
      let givenUp = false
      const answer = (settle: () => void) => {
        this.#clock.after(this.#way(), () => void process.running().then(settle))
      }
      process.after(deadlineSeconds * 1000, () => {
        givenUp = true
        reject(new BootringError('DatabaseUnavailable', 'no answer in time'))
      })
      this.#clock.after(this.#way(), () => {
        if (this.isDown) {
          answer(() => reject(new BootringError('DatabaseUnavailable', 'connection refused')))
          return
        }
        const carryOut = () =>
          this.do(work).then(
            (result) => answer(() => resolve(result)),
            (error) => answer(() => reject(error)),
          )
        if (!transaction) void carryOut()
        else void process.running().then(() => (givenUp ? undefined : carryOut()))
      })
    })
  }

  #way(): number {
    return 0.1 + this.#random() * this.slowMilliseconds
  }
}

function onSimulatedTime(dialect: Dialect, clock: SimClock): Dialect {
  const text = (milliseconds: number) =>
    `${new Date(Date.UTC(2030, 0, 1) + milliseconds).toISOString().replace('T', ' ').replace('Z', '')}000`
  return {
    ...dialect,
    now: () => sql<string>`${text(clock.now)}`,
    secondsAgo: (seconds) => sql<string>`${text(clock.now - seconds * 1000)}`,
  }
}
