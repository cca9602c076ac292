import { setTimeout as pause } from 'node:timers/promises'
import type { ConductorSession } from '../../src/model/conductor.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { ConductorStore, ReservationStore } from '../../src/model/stores.ts'

/*
 * Conductors that work at the same time, in real time. Of what each asks of the database only the beginning and the end
 * is known, not the moment at which it took effect; so only what can't be explained by any order is wrong.
 */

interface Span {
  readonly beganAt: number
  readonly endedAt: number
}

/** A task that got its node. */
interface Task {
  readonly hostname: string
  readonly token: string
  readonly node: string
  readonly reserved: Span
  /** Where it had an effect. */
  released: Span | undefined
}

export interface ConcurrentHistory {
  readonly tasks: Task[]
  /** What has ended sessions of a name, all but the one with the token that it began: a restart, or a retirement. */
  readonly ends: { hostname: string; began?: string; span: Span }[]
}

export interface Handle {
  conductors: ConductorStore
  reservations: ReservationStore
}

export interface Setting {
  /** Connections of their own, which processes share. */
  handles: readonly Handle[]
  nodes: readonly string[]
  /** Makes a conductor look as if it had not been heard from. */
  silence(hostname: string): Promise<void>
  random: () => number
  /** What each process tries. */
  attempts: number
}

const names = ['cond-1', 'cond-2', 'cond-3']

/** Two processes of each name, which take it from each other, and are retired. */
export async function runConcurrently(setting: Setting): Promise<ConcurrentHistory> {
  const history: ConcurrentHistory = { tasks: [], ends: [] }
  const processes = [...names, ...names].map((name, index) => {
    const handle = setting.handles[index % setting.handles.length] as Handle
    return new Contender(name, handle, setting, history).run()
  })
  await Promise.all(processes)
  return history
}

class Contender {
  readonly #name: string
  readonly #handle: Handle
  readonly #setting: Setting
  readonly #history: ConcurrentHistory
  #session: ConductorSession | undefined

  constructor(name: string, handle: Handle, setting: Setting, history: ConcurrentHistory) {
    this.#name = name
    this.#handle = handle
    this.#setting = setting
    this.#history = history
  }

  async run(): Promise<void> {
    const { attempts, random } = this.#setting
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const chance = random()
      if (this.#session === undefined || chance < 0.08) await this.#register()
      else if (chance < 0.12) await this.#retireSomebody()
      await this.#task()
    }
  }

  async #register(): Promise<void> {
    const { result, span } = await timed(() => this.#handle.conductors.register(this.#name, '', []))
    this.#session = result
    this.#history.ends.push({ hostname: this.#name, began: result.token, span })
  }

  async #retireSomebody(): Promise<void> {
    const name = names[Math.floor(this.#setting.random() * names.length)] ?? this.#name
    await this.#setting.silence(name)
    const { result, span } = await timed(() => this.#handle.conductors.retire(name, 60))
    if (result) this.#history.ends.push({ hostname: name, span })
  }

  async #task(): Promise<void> {
    const { nodes, random } = this.#setting
    const session = this.#session as ConductorSession
    const node = nodes[Math.floor(random() * nodes.length)] ?? ''
    const reserved = await this.#attempt(() => this.#handle.reservations.reserve(node, session))
    if (!reserved) return
    const task: Task = { hostname: this.#name, token: session.token, node, reserved, released: undefined }
    this.#history.tasks.push(task)
    await pause(random() * 12)
    task.released = await this.#attempt(() => this.#handle.reservations.release(node, session))
  }

  async #attempt(work: () => Promise<void>): Promise<Span | undefined> {
    try {
      return (await timed(work)).span
    } catch (error) {
      if (!(error instanceof BootringError)) throw error
      if (error.code === 'ConductorReplaced') this.#session = undefined
      else if (error.code !== 'NodeLocked') throw error
      return undefined
    }
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; span: Span }> {
  const beganAt = performance.now()
  const result = await work()
  return { result, span: { beganAt, endedAt: performance.now() } }
}

/** What no order of the effects can explain. */
export function concurrentViolations({ ends, tasks }: ConcurrentHistory): string[] {
  const found: string[] = []
  for (const [number, task] of tasks.entries()) {
    for (const [other, later] of tasks.entries()) {
      if (later === task || later.node !== task.node) continue
      // It came to the node after this one had it, for certain.
      if (later.reserved.beganAt < task.reserved.endedAt) continue
      const mayHaveEnded = ends.some(
        ({ began, hostname, span }) =>
          hostname === task.hostname &&
          began !== task.token &&
          span.endedAt >= task.reserved.beganAt &&
          span.beganAt <= later.reserved.endedAt,
      )
      const releasedBefore = task.released !== undefined && task.released.beganAt <= later.reserved.endedAt
      if (!mayHaveEnded && !releasedBefore) found.push(`task ${other} got the node that task ${number} held`)
      if (task.released !== undefined && task.released.beganAt >= later.reserved.endedAt) {
        found.push(`task ${number} has ended its reservation after task ${other} had got the node`)
      }
    }
  }
  return found
}
