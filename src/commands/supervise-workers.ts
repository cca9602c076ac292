import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { Logger } from '../observe/logger.ts'

export interface Workers {
  /** Resolves once each of them listens. */
  readonly listening: Promise<unknown>
  stop(): Promise<void>
}

const stopMessage = 'stop'

/** In a worker: resolves when the primary stops its workers. */
export function untilStoppedByPrimary(): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (message) => {
      if (message === stopMessage) resolve()
    })
  })
}

/** A worker that ends sooner than this after its start is not started again: the next one would fare no better. */
const soonestRestartMilliseconds = 1_000

/**
 * Keeps `count` workers of this same command running. They share one listening socket, so that a connection which
 * waits when a worker dies is answered by another.
 */
export function superviseWorkers(count: number, log: Logger): Workers {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let stopping = false
  const fork = () => {
    const startedAt = performance.now()
    const worker = cluster.fork()
    worker.on('exit', (code, signal) => {
      if (stopping) return
      log.error({ worker: worker.process.pid, code, signal }, 'an API worker ended')
      if (performance.now() - startedAt >= soonestRestartMilliseconds) fork()
      else {
        log.error('it had hardly begun, so another would fare no better: stopping')
        process.exitCode = 1
        process.kill(process.pid, 'SIGTERM')
      }
    })
    return worker
  }
  const first = Array.from({ length: count }, fork)
  return {
    listening: Promise.all(first.map((worker) => once(worker, 'listening'))),
    async stop() {
      stopping = true
      const workers = Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker !== undefined)
      await Promise.all(
        workers.map((worker) => {
          const ended = once(worker, 'exit')
          // No signal: a terminal and systemd send theirs to the workers too, and a second one cuts requests off.
          worker.send(stopMessage, () => undefined)
          return ended
        }),
      )
    },
  }
}
