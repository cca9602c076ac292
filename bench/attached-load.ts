import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from './statistics.ts'

/** Requests of one kind that come at a steady rate, whatever becomes of the ones before. */
export interface SteadyRequest {
  name: string
  perSecond: number
  /** Makes the `index`-th request: whether it was answered as it should be. */
  send(index: number): Promise<boolean>
}

/** Answers to requests of one kind. */
export interface Answers {
  /** Of each, from the moment when the request was due. */
  milliseconds: number[]
  errors: number
}

export interface Latency {
  requests: number
  errors: number
  p50Milliseconds: number
  p99Milliseconds: number
}

/**
 * Makes requests for so long and waits for their answers. A request is made when it is due and not when the one before
 * was answered: a server that stops for a second has delayed all that came in that second.
 */
export async function runSteadily(requests: readonly SteadyRequest[], seconds: number): Promise<Map<string, Answers>> {
  const start = performance.now()
  const inFlight: Promise<void>[] = []
  const answers = new Map(requests.map(({ name }) => [name, { milliseconds: [], errors: 0 } as Answers]))
  for (const { dueMilliseconds, index, request } of schedule(requests, seconds)) {
    const due = start + dueMilliseconds
    const wait = due - performance.now()
    if (wait > 0) await sleep(wait)
    const into = answers.get(request.name) as Answers
    inFlight.push(
      request
        .send(index)
        .catch(() => false)
        .then((well) => {
          into.milliseconds.push(performance.now() - due)
          if (!well) into.errors += 1
        }),
    )
  }
  const rest = start + seconds * 1000 - performance.now()
  if (rest > 0) await sleep(rest)
  await Promise.all(inFlight)
  return answers
}

interface Due {
  dueMilliseconds: number
  index: number
  request: SteadyRequest
}

/** All requests in the order in which they are due. Those of one kind begin half an interval late, so that kinds do not coincide. */
export function schedule(requests: readonly SteadyRequest[], seconds: number): Due[] {
  return requests
    .flatMap((request) =>
      Array.from({ length: Math.floor(request.perSecond * seconds) }, (_, index) => ({
        dueMilliseconds: ((index + 0.5) / request.perSecond) * 1000,
        index,
        request,
      })),
    )
    .toSorted((a, b) => a.dueMilliseconds - b.dueMilliseconds)
}

export function latencyOf({ errors, milliseconds }: Answers): Latency {
  return {
    requests: milliseconds.length,
    errors,
    p50Milliseconds: quantile(milliseconds, 0.5),
    p99Milliseconds: quantile(milliseconds, 0.99),
  }
}

/** As if all had been of one kind. */
export function together(all: Iterable<Answers>): Answers {
  const list = [...all]
  return {
    milliseconds: list.flatMap(({ milliseconds }) => milliseconds),
    errors: list.reduce((sum, { errors }) => sum + errors, 0),
  }
}
