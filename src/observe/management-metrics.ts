import { Gauge, Histogram, type Registry } from 'prom-client'
import { counterByTwo } from './fixed-counter.ts'
import type { LabelledCount } from './labelled-count.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'other'] as const
const codes = [
  ...['200', '201', '202', '204', '304', '400', '401', '403', '404', '405', '406', '409', '410', '413', '415', '422'],
  ...['429', '431', '500', '501', '502', '503', '504', 'other'],
]
const callers = ['management', 'agent'] as const
const refusals = ['too many', 'too many of one address'] as const

const durationBucketsSeconds = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** What Prometheus is told of requests that are not for boot files: of management, and of agents. */
export class ManagementMetrics {
  readonly #requests: Readonly<Record<(typeof methods)[number], LabelledCount>>
  readonly #refused: Readonly<Record<(typeof callers)[number], LabelledCount>>
  readonly #durations: Histogram

  constructor(registry: Registry) {
    this.#requests = counterByTwo(registry, {
      name: 'bootring_management_requests_total',
      help: 'Requests to the REST API answered, by method and HTTP status; without those refused for want of room.',
      labels: ['method', 'code'],
      firsts: methods,
      seconds: codes,
    })
    this.#refused = counterByTwo(registry, {
      name: 'bootring_management_requests_refused_total',
      help: 'Requests to the REST API answered 503 before anything was done for them, by caller (management, agent) and reason.',
      labels: ['caller', 'reason'],
      firsts: callers,
      seconds: refusals,
    })
    this.#durations = new Histogram({
      name: 'bootring_management_request_duration_seconds',
      help: 'Time to answer a request to the REST API, without its wait for a place.',
      buckets: durationBucketsSeconds,
      registers: [registry],
    })
  }

  /** One that was let in and answered. */
  answered(method: string, status: number, milliseconds: number): void {
    const code = String(status)
    const known = methods.find((one) => one === method) ?? 'other'
    this.#requests[known].add(codes.includes(code) ? code : 'other')
    this.#durations.observe(milliseconds / 1000)
  }

  refused(caller: (typeof callers)[number], reason: (typeof refusals)[number]): void {
    this.#refused[caller].add(reason)
  }
}

/** How many boot requests an API process works on, asked at each scrape. */
export function watchBootsInFlight(registry: Registry, count: () => number): void {
  new Gauge({
    name: 'bootring_boot_requests_in_flight',
    help: 'Boot requests being worked on.',
    registers: [registry],
    collect() {
      this.set(count())
    },
  })
}
