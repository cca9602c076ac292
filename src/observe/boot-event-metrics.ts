import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const writeBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What Prometheus is told about the events that a process keeps. */
export class BootEventMetrics {
  readonly #recorded: Counter
  readonly #dropped: Counter<'reason'>
  readonly #failures: Counter
  readonly #writes: Histogram

  constructor(registry: Registry, waiting: () => number) {
    const registers = [registry]
    this.#recorded = new Counter({
      name: 'bootring_boot_events_recorded_total',
      help: 'Boot events written to their store.',
      registers,
    })
    this.#dropped = new Counter({
      name: 'bootring_boot_events_dropped_total',
      help: 'Boot events lost, by reason (queue_full, unfit: the store refuses them for good, strangers: refusals that anybody can cause were too many, stopped: the process has ended).',
      labelNames: ['reason'] as const,
      registers,
    })
    for (const reason of ['queue_full', 'unfit', 'strangers', 'stopped']) this.#dropped.inc({ reason }, 0)
    this.#failures = new Counter({
      name: 'bootring_boot_event_write_failures_total',
      help: 'Batches of boot events that could not be written; all but unfit ones are tried again.',
      registers,
    })
    this.#writes = new Histogram({
      name: 'bootring_boot_event_write_duration_seconds',
      help: 'Time to write one batch of boot events.',
      buckets: writeBucketsSeconds,
      registers,
    })
    new Gauge({
      name: 'bootring_boot_event_queue_length',
      help: 'Boot events that wait for their store; [bootring]boot_event_queue is the limit of one process.',
      registers,
      collect() {
        this.set(waiting())
      },
    })
  }

  recorded(events: number, seconds: number): void {
    this.#recorded.inc(events)
    this.#writes.observe(seconds)
  }

  dropped(events: number, why: string): void {
    this.#dropped.inc({ reason: why.replace(' ', '_') }, events)
  }

  failed(): void {
    this.#failures.inc()
  }
}
