import type { BootInterface } from '../drivers/boot/boot-interface.ts'
import type { Conductor as KnownConductor } from '../model/conductor.ts'
import type { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import type { Database } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import type { Handlers } from '../rpc/contract.ts'
import type { BootFileSync } from './boot-files/boot-file-sync.ts'
import type { Heartbeat } from './membership/heartbeat.ts'
import { MembershipWatch } from './membership/membership-watch.ts'
import { getBootConfig } from './methods/get-boot-config.ts'
import { Periodic } from './periodic.ts'
import type { Workers } from './tasks/workers.ts'
import { realTimers, type Timers } from './timers.ts'
import type { UpkeepTaskName } from './upkeep/task-names.ts'

export interface ConductorParts {
  database: { nodes: Pick<Database['nodes'], 'bootNode'>; conductors: Pick<Database['conductors'], 'retire'> }
  rings: FleetRings
  heartbeat: Pick<Heartbeat, 'start' | 'stop' | 'steady'>
  bootInterfaceOf(node: Pick<BootNode, 'bootInterface'>): BootInterface
  sync: Pick<BootFileSync, 'run' | 'runAnew' | 'abandon' | 'stop'>
  /** What other hosts call this conductor by; unique in the fleet. */
  hostname: string
  heartbeatTimeoutSeconds: number
  /** How often the whole fleet is walked; 0: only at start and when the membership changes. */
  syncIntervalSeconds: number
  /** How often the membership is looked at. */
  membershipIntervalSeconds: number
  log: Logger
  timers?: Timers
  /** What it answers besides boot files: whoever manages nodes, and their agents. */
  furtherHandlers?: Omit<Handlers, 'get_boot_config'>
  /** What it sees to from time to time. */
  upkeep?: readonly UpkeepTask[]
  /** Takes up work that somebody has left: at the start, and whenever the membership has changed. */
  pickUp?(): Promise<void>
  /** What goes on in the background, and may take so long when the conductor leaves. */
  workers?: Pick<Workers, 'close' | 'idle'>
  finishSeconds?: number
}

export interface UpkeepTask {
  readonly name: UpkeepTaskName
  /** 0: never. */
  readonly intervalSeconds: number
  run(): Promise<unknown>
}

/**
 * After a change of the membership: how many times nodes are looked at again that are locked, or whose new owner is not
 * ready. Then the walk over the whole fleet sees to them.
 */
const furtherLooks = 8

/**
 * One conductor: answers for the nodes that the ring gives it, keeps their boot files on its disk, and says that it is
 * alive. The servers that let others in (RPC, files) are opened and closed by whoever runs it, around `start` and `stop`.
 */
export class Conductor {
  /** What this conductor answers by RPC. */
  readonly handlers: Handlers
  readonly #parts: ConductorParts
  readonly #membership: MembershipWatch
  readonly #periodic: Periodic[]
  readonly #replaced = Promise.withResolvers<never>()
  /** The boot files have not been brought in line with the membership yet, or that failed. */
  #behind = true
  #looks = 0
  /** There may be nodes whose conductor has died, or lost its session. */
  #orphans = true
  #left: { idle: Promise<unknown>; unregistered: Promise<void> } | undefined

  constructor(parts: ConductorParts) {
    const { log, timers = realTimers } = parts
    this.#parts = parts
    this.handlers = {
      ...parts.furtherHandlers,
      get_boot_config: getBootConfig(parts.database.nodes, parts.bootInterfaceOf),
    }
    this.#membership = new MembershipWatch(parts.rings)
    this.#periodic = [
      new Periodic('boot files', parts.syncIntervalSeconds, () => parts.sync.run(), log, timers),
      new Periodic('membership', parts.membershipIntervalSeconds, () => this.#followMembership(), log, timers),
      ...(parts.upkeep ?? []).map(
        ({ intervalSeconds, name, run }) => new Periodic(name, intervalSeconds, run, log, timers),
      ),
    ]
    // Whoever runs the conductor may not be listening yet.
    this.#replaced.promise.catch(() => undefined)
  }

  /** Rejects with `ConductorReplaced` when another process has taken the name: this one is not wanted any more. */
  get replaced(): Promise<never> {
    return this.#replaced.promise
  }

  /**
   * Registers, and begins to bring the boot files in line. Returns once others can be sent here: files that are not
   * ready yet are rendered or fetched when they are asked for.
   */
  async start(): Promise<void> {
    await this.#parts.heartbeat.start({
      onRenewed: () => this.#beginAnew(),
      onReplaced: (error) => this.#end(error),
    })
    this.#parts.rings.reset()
    this.#bringInLine()
    for (const task of this.#periodic) task.start()
  }

  /**
   * Ends the periodic work at its next step, lets what is done to nodes come to an end for a while, and unregisters, so that
   * nobody new is sent here; who comes is answered as before. Rejects where the database could not be told.
   */
  leave(): Promise<void> {
    this.#left ??= {
      idle: Promise.all([this.#parts.sync.stop(), ...this.#periodic.map((task) => task.stop())]),
      unregistered: this.#finish().then(() => this.#parts.heartbeat.stop()),
    }
    return this.#left.unregistered
  }

  /** What is not finished by then, others do again: the reservations end with the session. */
  async #finish(): Promise<void> {
    const { finishSeconds = 0, timers = realTimers, workers } = this.#parts
    if (!workers) return
    workers.close()
    const timedOut = Promise.withResolvers<void>()
    const cancel = timers.after(finishSeconds * 1000, timedOut.resolve)
    await Promise.race([workers.idle(), timedOut.promise])
    cancel()
  }

  /** Leaves, and waits for the periodic work: for a node that is being prepared, say. Rejects as `leave` does. */
  async stop(): Promise<void> {
    try {
      await this.leave()
    } finally {
      await this.#left?.idle
    }
  }

  /** What this conductor went by may have changed while it had no session: others may own its nodes by now. */
  #beginAnew(): void {
    this.#parts.sync.abandon()
    this.#parts.rings.reset()
    this.#behind = true
    this.#orphans = true
    this.#bringInLine()
  }

  #end(error: BootringError): void {
    this.#parts.sync.abandon()
    this.#replaced.reject(error)
  }

  #bringInLine(): void {
    this.#followMembership().catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'could not bring boot files in line; it will be tried again')
    })
  }

  async #followMembership(): Promise<void> {
    const { changed, conductors } = await this.#membership.look()
    const retired = await this.#retireSilent(conductors)
    if (changed) this.#behind = true
    await this.#takeUpWork(changed || retired)
    if (!this.#behind) return
    this.#behind = false
    try {
      const { kept, locked } = await this.#parts.sync.runAnew()
      this.#looks = kept + locked === 0 || changed ? 0 : this.#looks + 1
      if (kept + locked > 0 && this.#looks < furtherLooks) this.#behind = true
    } catch (error) {
      this.#behind = true
      throw error
    }
  }

  /** Those that were killed, or have fallen silent: what they had reserved is free again, and they find out if they return. */
  async #retireSilent(conductors: readonly KnownConductor[]): Promise<boolean> {
    const { database, heartbeat, heartbeatTimeoutSeconds, log } = this.#parts
    let retired = false
    if (!heartbeat.steady) return retired
    for (const { alive, hostname, online } of conductors) {
      if (alive || !online || hostname === this.#parts.hostname) continue
      if (await database.conductors.retire(hostname, heartbeatTimeoutSeconds)) {
        log.warn({ conductor: hostname }, 'took a conductor off that has not been heard from')
        retired = true
      }
    }
    return retired
  }

  async #takeUpWork(isNew: boolean): Promise<void> {
    if (isNew) this.#orphans = true
    if (!this.#orphans || this.#left) return
    this.#orphans = false
    try {
      await this.#parts.pickUp?.()
    } catch (error) {
      this.#orphans = true
      this.#parts.log.error({ err: error }, 'could not look for work that somebody has left; it will be tried again')
    }
  }
}
