import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { DeferredObservations } from './deferred-observations.ts'
import { counterBy, counterByTwo } from './fixed-counter.ts'
import type { LabelledCount } from './labelled-count.ts'

/** `overloaded`: refused before anything was done; `refused`: a failure of the error table; `failed`: a fault. */
const callOutcomes = ['answered', 'refused', 'overloaded', 'failed'] as const
export type CallOutcome = (typeof callOutcomes)[number]

/** The file server's own answers. */
const fileCodes = ['200', '206', '304', '400', '404', '405', '412', '416', '431', '500', '503', 'other']
const fetchResults = ['fetched', 'unchanged', 'failed'] as const
const beatResults = ['alive', 'gone', 'replaced', 'failed'] as const
const reservationResults = ['taken', 'busy', 'failed'] as const
/** What became of the nodes in a walk over the fleet. */
const nodeResults = ['prepared', 'failed', 'locked', 'kept', 'removed'] as const

/** Names of what calls can't be told apart by. */
const unknownMethod = 'unknown'
const callBucketsSeconds = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export interface ConductorMetricNames {
  /** The methods that can be called. */
  rpcMethods: readonly string[]
  /** What is done from time to time. */
  tasks: readonly string[]
}

/** What Prometheus is told of a conductor. Label values come from fixed lists; calls are counted as plain numbers. */
export class ConductorMetrics {
  readonly #registry: Registry
  readonly #methods: ReadonlySet<string>
  readonly #calls: Readonly<Record<CallOutcome, LabelledCount>>
  readonly #callDurations: DeferredObservations
  readonly #files: LabelledCount
  readonly #fileBytes: Counter
  readonly #filesInFlight: Gauge
  readonly #fetches: LabelledCount
  readonly #fetchedBytes: Counter
  readonly #beats: LabelledCount
  readonly #beatAt: Gauge
  readonly #reservations: LabelledCount
  readonly #bootFileNodes: Gauge<'result'>
  readonly #taskRuns: Readonly<Record<'ok' | 'failed', LabelledCount>>
  readonly #taskSeconds: Gauge<'task'>
  readonly #taskAt: Gauge<'task'>

  constructor(registry: Registry, { rpcMethods, tasks }: ConductorMetricNames) {
    const registers = [registry]
    this.#registry = registry
    this.#methods = new Set(rpcMethods)
    this.#calls = counterByTwo(registry, {
      name: 'bootring_rpc_server_calls_total',
      help: 'Calls that came in by RPC, by outcome (answered; refused: with a known failure; overloaded; failed: a fault) and method.',
      labels: ['outcome', 'method'],
      firsts: callOutcomes,
      seconds: [...rpcMethods, unknownMethod],
    })
    const calls = new Histogram({
      name: 'bootring_rpc_server_call_duration_seconds',
      help: 'Time to answer a call for a boot file that came in by RPC.',
      buckets: callBucketsSeconds,
      registers,
      collect: () => this.#callDurations.flush(),
    })
    this.#callDurations = new DeferredObservations(calls)
    this.#files = counterBy(registry, {
      name: 'bootring_file_requests_total',
      help: 'Requests to the file server that have ended, by HTTP status; those broken off count as well.',
      label: 'code',
      values: fileCodes,
    })
    this.#fileBytes = new Counter({
      name: 'bootring_file_sent_bytes_total',
      help: 'Bytes that the file server has sent, header fields included.',
      registers,
    })
    this.#filesInFlight = new Gauge({
      name: 'bootring_file_requests_in_flight',
      help: 'Requests that the file server works on.',
      registers,
    })
    this.#fetches = counterBy(registry, {
      name: 'bootring_image_fetches_total',
      help: 'Fetches of kernels and ramdisks from their source, by result (fetched, unchanged, failed).',
      label: 'result',
      values: fetchResults,
    })
    this.#fetchedBytes = new Counter({
      name: 'bootring_image_fetched_bytes_total',
      help: 'Bytes of kernels and ramdisks that were fetched whole from their source.',
      registers,
    })
    this.#beats = counterBy(registry, {
      name: 'bootring_heartbeats_total',
      help: 'Heartbeats in the database, by result (alive; gone: others took it for dead; replaced: another has its name; failed).',
      label: 'result',
      values: beatResults,
    })
    this.#beatAt = new Gauge({
      name: 'bootring_last_heartbeat_timestamp_seconds',
      help: 'When the database last took a heartbeat of this conductor, or its registration.',
      registers,
    })
    this.#reservations = counterBy(registry, {
      name: 'bootring_node_reservations_total',
      help: 'Attempts to reserve a node, by result (taken; busy: somebody else holds it; failed).',
      label: 'result',
      values: reservationResults,
    })
    this.#bootFileNodes = new Gauge({
      name: 'bootring_boot_files_nodes',
      help: 'Nodes by what became of their boot files in the last walk over the fleet (prepared, failed, locked, kept, removed).',
      labelNames: ['result'],
      registers,
    })
    this.#taskRuns = counterByTwo(registry, {
      name: 'bootring_upkeep_runs_total',
      help: 'Runs of what a conductor does from time to time, by result (ok, failed) and task.',
      labels: ['result', 'task'],
      firsts: ['ok', 'failed'],
      seconds: tasks,
    })
    this.#taskSeconds = new Gauge({
      name: 'bootring_upkeep_last_duration_seconds',
      help: 'How long the last run took, by task.',
      labelNames: ['task'],
      registers,
    })
    this.#taskAt = new Gauge({
      name: 'bootring_upkeep_last_success_timestamp_seconds',
      help: 'When the last run ended that did not fail, by task.',
      labelNames: ['task'],
      registers,
    })
  }

  rpcCall(method: string, outcome: CallOutcome, milliseconds: number): void {
    this.#calls[outcome].add(this.#methods.has(method) ? method : unknownMethod)
    if (method === 'get_boot_config') this.#callDurations.add(milliseconds / 1000)
  }

  /** A request to the file server has come; what it returns is to be called when it has ended. */
  fileRequest(): (code: number, bytes: number) => void {
    this.#filesInFlight.inc()
    return (code, bytes) => {
      this.#filesInFlight.dec()
      this.#files.add(fileCodes.includes(String(code)) ? String(code) : 'other')
      this.#fileBytes.inc(bytes)
    }
  }

  imageFetch(result: (typeof fetchResults)[number], bytes = 0): void {
    this.#fetches.add(result)
    this.#fetchedBytes.inc(bytes)
  }

  heartbeat(result: (typeof beatResults)[number]): void {
    this.#beats.add(result)
    if (result === 'alive') this.registered()
  }

  registered(): void {
    this.#beatAt.setToCurrentTime()
  }

  reservation(result: (typeof reservationResults)[number]): void {
    this.#reservations.add(result)
  }

  bootFiles(nodes: Readonly<Record<(typeof nodeResults)[number], number>>): void {
    for (const result of nodeResults) this.#bootFileNodes.set({ result }, nodes[result])
  }

  upkeep(task: string, result: 'ok' | 'failed', milliseconds: number): void {
    this.#taskRuns[result].add(task)
    this.#taskSeconds.set({ task }, milliseconds / 1000)
    if (result === 'ok') this.#taskAt.setToCurrentTime({ task })
  }

  /** Asks at each scrape how many nodes are held, and how many workers busy. */
  watchWork({ busyWorkers, heldNodes }: { heldNodes: () => number; busyWorkers: () => number }): void {
    const registers = [this.#registry]
    new Gauge({
      name: 'bootring_nodes_reserved',
      help: 'Nodes that this conductor has reserved.',
      registers,
      collect() {
        this.set(heldNodes())
      },
    })
    new Gauge({
      name: 'bootring_workers_busy',
      help: 'Workers of this conductor that are busy, of [conductor]workers_pool_size.',
      registers,
      collect() {
        this.set(busyWorkers())
      },
    })
  }
}
