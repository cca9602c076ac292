import type { BootEvent, BootEventSink, BootEventStore } from '../model/boot-events.ts'
import { BootringError } from '../model/errors.ts'
import { PackedEvents } from '../model/packed-events.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'

export interface RecorderMetrics {
  recorded(events: number, seconds: number): void
  dropped(events: number, why: DropReason): void
  failed(): void
}

/**
 * Why events were lost: the queue was full; the store would not have them, whatever is done; they were of strangers, who
 * were too many; the process has ended.
 */
export type DropReason = 'queue full' | 'unfit' | 'strangers' | 'stopped'

/**
 * How many events of refusals are kept that anybody can cause who knows the address of this process: what is more would
 * drive out those of nodes. A row of machines that nobody has registered has fewer.
 */
export interface StrangersRation {
  perSecond: number
  burst: number
}

const mostStrangers: StrangersRation = { perSecond: 100, burst: 5000 }
/** Machines wait for each other then. */
const busyUtilization = 0.9
/** Of all events that are kept, by each process. */
const strangersShare = 1 / 4

/** For a store that keeps `limit` events for `retentionSeconds`. */
export function strangersRation(limit: number, retentionSeconds: number): StrangersRation {
  const share = limit * strangersShare
  return {
    perSecond: Math.min(mostStrangers.perSecond, share / retentionSeconds),
    burst: Math.min(mostStrangers.burst, share),
  }
}

export interface RecorderParts {
  store: Pick<BootEventStore, 'append'>
  /** Events at most that wait for the store, those included that it is writing. */
  capacity: number
  strangers?: StrangersRation
  metrics?: RecorderMetrics
  log: Logger
  /** How long events wait for company at most. Default: 500. */
  intervalMilliseconds?: number
  /** Default: 500, and so 1,000 events a second: writing more would take processor time that boots need. */
  batchSize?: number
  /** How busy this process was since it was last asked, 0 to 1. Default: what Node measures. */
  utilization?: () => number
}

/** What a recorder has done so far. */
export interface RecorderFigures {
  recorded: number
  dropped: number
  waiting: number
}

/**
 * Takes events on the hot path, and has them written in batches, one at a time. The store may be slow or dead: then they
 * wait, and what is too much is dropped and counted. No machine waits for any of this.
 */
export class BootEventRecorder implements BootEventSink {
  readonly #store: Pick<BootEventStore, 'append'>
  readonly #capacity: number
  readonly #batchSize: number
  readonly #metrics: RecorderMetrics | undefined
  readonly #log: Logger
  readonly #dropLines = new LogBudget(1 / 30, 1)
  readonly #failureLines = new LogBudget(1 / 30, 1)
  readonly #strangers: LogBudget
  readonly #timer: NodeJS.Timeout
  /** Batches that wait, the one that is being filled last. */
  #queue: PackedEvents[] = []
  #queued = 0
  #writing: PackedEvents | undefined
  #written: Promise<void> | undefined
  readonly #utilization: () => number
  #failed = false
  #rested = false
  #stopped = false
  #recorded = 0
  #dropped = 0
  #dropsSaid = 0

  constructor(parts: RecorderParts) {
    const { batchSize = 500, capacity, intervalMilliseconds = 500, log, metrics, store } = parts
    this.#utilization = parts.utilization ?? loopUtilization()
    const { burst, perSecond } = parts.strangers ?? mostStrangers
    this.#strangers = new LogBudget(perSecond, burst)
    this.#store = store
    this.#capacity = capacity
    this.#batchSize = Math.min(batchSize, capacity)
    this.#metrics = metrics
    this.#log = log
    this.#timer = setInterval(() => this.#tick(), intervalMilliseconds).unref()
  }

  get figures(): RecorderFigures {
    return { recorded: this.#recorded, dropped: this.#dropped, waiting: this.#waiting() }
  }

  turnsAway(): boolean {
    const hasRoom = !this.#stopped && this.#waiting() < this.#capacity
    if (!hasRoom) this.#drop(1, this.#stopped ? 'stopped' : 'queue full')
    return !hasRoom
  }

  record(event: BootEvent): void {
    if (this.turnsAway()) return
    if (isOfStranger(event) && this.#strangers.take() === undefined) {
      this.#drop(1, 'strangers')
      return
    }
    let batch = this.#queue.at(-1)
    if (batch === undefined || batch.count >= this.#batchSize) {
      batch = new PackedEvents()
      this.#queue.push(batch)
    }
    batch.add(event)
    this.#queued += 1
    if (batch.count === this.#batchSize) batch.trim()
  }

  /** Writes what waits, within `seconds`; what is left then is dropped. Later events are dropped too. */
  async stop(seconds: number): Promise<void> {
    clearInterval(this.#timer)
    this.#stopped = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, seconds * 1000)
    })
    await Promise.race([this.#writeAll(), late])
    clearTimeout(timer)
    const left = this.#waiting()
    this.#queue = []
    this.#queued = 0
    if (left > 0) this.#drop(left, 'stopped')
    this.#sayDrops()
  }

  #waiting(): number {
    return this.#queued + (this.#writing?.count ?? 0)
  }

  /** While machines come faster than they are served, half as many events are written. */
  #tick(): void {
    this.#failed = false
    this.#rested = this.#utilization() > busyUtilization && !this.#rested
    if (!this.#rested) this.#write()
    this.#sayDrops()
  }

  /** Until nothing is left, or the store has failed. */
  async #writeAll(): Promise<void> {
    await this.#written
    this.#failed = false
    while (this.#queue.length > 0 && !this.#failed) {
      this.#write()
      await this.#written
    }
  }

  #write(): void {
    if (this.#written !== undefined || this.#failed) return
    const batch = this.#queue.shift()
    if (batch === undefined) return
    this.#queued -= batch.count
    this.#writing = batch
    this.#written = this.#append(batch).finally(() => {
      this.#written = undefined
      this.#writing = undefined
    })
  }

  async #append(batch: PackedEvents): Promise<void> {
    const startedAt = performance.now()
    try {
      await this.#store.append(batch)
      this.#recorded += batch.count
      this.#metrics?.recorded(batch.count, (performance.now() - startedAt) / 1000)
    } catch (error) {
      this.#failed = true
      this.#metrics?.failed()
      const suppressed = this.#failureLines.take()
      if (suppressed !== undefined)
        this.#log.warn({ err: error, events: batch.count, suppressed }, 'boot events could not be written')
      // It may have them all the same: whoever reads sees some twice, which is better than never.
      if (mayPass(error)) {
        this.#queue.unshift(batch)
        this.#queued += batch.count
      } else this.#drop(batch.count, 'unfit')
    }
  }

  #drop(events: number, why: DropReason): void {
    this.#dropped += events
    this.#metrics?.dropped(events, why)
  }

  #sayDrops(): void {
    const dropped = this.#dropped - this.#dropsSaid
    if (dropped === 0 || this.#dropLines.take() === undefined) return
    this.#dropsSaid = this.#dropped
    this.#log.warn(
      { dropped, waiting: this.figures.waiting },
      'boot events were dropped: they came faster than they are written',
    )
  }
}

/** But for scripts the node is what the client wrote: into a path, a query, a body. */
function isOfStranger({ kind, node_uuid, outcome }: BootEvent): boolean {
  return outcome === 'refused' && (node_uuid === null || kind !== 'script')
}

/** The same batch would fail again for ever with all other errors. */
function mayPass(error: unknown): boolean {
  return error instanceof BootringError && (error.code === 'DatabaseUnavailable' || error.code === 'SchemaOutdated')
}

function loopUtilization(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
