import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type ErrorCode, errorKinds } from '../model/errors.ts'
import { DeferredObservations } from './deferred-observations.ts'
import { counterBy, counterByTwo } from './fixed-counter.ts'
import type { LabelledCount } from './labelled-count.ts'

const outcomes = ['served', 'refused', 'unavailable'] as const
export type BootOutcome = (typeof outcomes)[number]

/** How one conductor took one call. */
const rpcResults = ['answered', 'failed', 'unreachable', 'timeout', 'overtaken'] as const
export type RpcResult = (typeof rpcResults)[number]

const hedgeResults = ['won', 'lost'] as const

/** The codes of the error table that a boot request can end with; `none` stands for a script that was served. */
const reasons = ['none', 'Internal', ...(Object.keys(errorKinds) as ErrorCode[])]

/** From an in-process answer to several conductors that had to be waited for. */
const durationBucketsSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** What the rings say of themselves. */
export interface FleetFigures {
  /** How often they were built since the process began. */
  builds: number
  conductorsAlive: number
  /** All that are registered. */
  conductors?: Readonly<Record<ConductorCondition, number>>
}

/** `silent`: online, and not heard from. */
const conditions = ['alive', 'draining', 'silent', 'offline'] as const
export type ConductorCondition = (typeof conditions)[number]

/**
 * What Prometheus is told about this process. Label values come from fixed lists, never from a client. Counting must
 * cost a boot next to nothing, so counts are plain numbers until somebody asks.
 */
export class Metrics {
  readonly registry = new Registry()
  readonly #requests: Readonly<Record<BootOutcome, LabelledCount>>
  readonly #attempts: LabelledCount
  readonly #hedges: LabelledCount
  readonly #durations: Record<BootOutcome, DeferredObservations>
  readonly #staleBoots: Counter
  readonly #ringRebuilds: Counter
  readonly #conductorsAlive: Gauge
  readonly #conductors: Gauge<'condition'>
  #ringRebuildsSeen = 0
  #suspended: () => number = () => 0
  #lookAtFleet: (() => Promise<FleetFigures>) | undefined
  #looking: Promise<void> | undefined

  /** `processMetrics` adds memory, CPU time, event-loop lag and the like; tests do without. */
  constructor({ processMetrics = true }: { processMetrics?: boolean } = {}) {
    const registers = [this.registry]
    if (processMetrics) {
      collectDefaultMetrics({ register: this.registry })
      // Gauges with the name of a counter. The same numbers are there by type, without it.
      for (const kind of ['handles', 'requests', 'resources'])
        this.registry.removeSingleMetric(`nodejs_active_${kind}_total`)
    }

    this.#requests = counterByTwo(this.registry, {
      name: 'bootring_boot_requests_total',
      help: 'Boot requests answered, by outcome (served, refused, unavailable) and reason.',
      labels: ['outcome', 'reason'],
      firsts: outcomes,
      seconds: reasons,
    })
    this.#attempts = counterBy(this.registry, {
      name: 'bootring_rpc_attempts_total',
      help: 'Calls of conductors for boot files, by result (answered, failed, unreachable, timeout; overtaken: another one was quicker).',
      label: 'result',
      values: rpcResults,
    })
    this.#hedges = counterBy(this.registry, {
      name: 'bootring_rpc_hedges_total',
      help: 'Calls of a second conductor while the first one was still being waited for, by result (won: it was the quicker one; lost).',
      label: 'result',
      values: hedgeResults,
    })

    const suspended = () => this.#suspended()
    new Gauge({
      name: 'bootring_conductors_suspended',
      help: 'Conductors that failed so lately that they are asked last.',
      registers,
      aggregator: 'max',
      collect() {
        this.set(suspended())
      },
    })

    this.#staleBoots = new Counter({
      name: 'bootring_stale_boots_total',
      help: 'Boot files served again while the database was away, as [bootring]stale_boot_seconds allows.',
      registers,
    })

    const histogram = new Histogram({
      name: 'bootring_boot_request_duration_seconds',
      help: 'Time to decide a boot request, without the wait of refusals for their clock.',
      labelNames: ['outcome'] as const,
      buckets: durationBucketsSeconds,
      registers,
      collect() {
        for (const outcome of outcomes) durations[outcome].flush()
      },
    })
    const durations = {
      served: new DeferredObservations(histogram, 'served'),
      refused: new DeferredObservations(histogram, 'refused'),
      unavailable: new DeferredObservations(histogram, 'unavailable'),
    }
    this.#durations = durations

    const collect = () => this.#refreshFleet()
    this.#conductorsAlive = new Gauge({
      name: 'bootring_conductors_alive',
      help: 'Conductors that are registered and alive, as the rings know them.',
      registers,
      // Workers see the same fleet: their numbers must not be added up.
      aggregator: 'max',
      collect,
    })
    this.#conductors = new Gauge({
      name: 'bootring_conductors',
      help: 'Conductors that are registered, by condition (alive, draining; silent: not heard from; offline).',
      labelNames: ['condition'],
      registers,
      aggregator: 'max',
      collect,
    })
    this.#ringRebuilds = new Counter({
      name: 'bootring_ring_rebuilds_total',
      help: 'Times the hash rings were built from the database.',
      registers,
      collect,
    })
  }

  /** `code` says why a request was not served. */
  bootRequest(outcome: BootOutcome, code: ErrorCode | 'Internal' | undefined, milliseconds: number): void {
    this.#requests[outcome].add(code ?? 'none')
    this.#durations[outcome].add(milliseconds / 1000)
  }

  rpcAttempt(result: RpcResult): void {
    this.#attempts.add(result)
  }

  rpcHedge(result: (typeof hedgeResults)[number]): void {
    this.#hedges.add(result)
  }

  /** Asks at each scrape how many conductors are asked last. */
  watchSuspended(count: () => number): void {
    this.#suspended = count
  }

  staleBoot(): void {
    this.#staleBoots.inc()
  }

  /** Looks at the fleet at each scrape from now on; a process that others collect from has no better moment. */
  watchFleet(look: () => Promise<FleetFigures>): void {
    this.#lookAtFleet = look
  }

  fleet({ builds, conductors, conductorsAlive }: FleetFigures): void {
    this.#ringRebuilds.inc(Math.max(0, builds - this.#ringRebuildsSeen))
    this.#ringRebuildsSeen = builds
    this.#conductorsAlive.set(conductorsAlive)
    if (conductors === undefined) return
    for (const condition of conditions) this.#conductors.set({ condition }, conductors[condition])
  }

  /** Looks once for all metrics of a scrape. A database that is away must not take the others with it: then the figures stay. */
  #refreshFleet(): Promise<void> {
    this.#looking ??= Promise.resolve(this.#lookAtFleet?.())
      .then(
        (figures) => figures && this.fleet(figures),
        () => undefined,
      )
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }

  /** Prometheus's text format. */
  text(): Promise<string> {
    return this.registry.metrics()
  }
}
