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

/** A replacement that ends before it listens is replaced after so long: what ails it may take a while. */
const replacementPauseMilliseconds = 1_000

/**
 * Keeps `count` workers of this same command running. They share one listening socket, so that a connection which
 * waits when a worker dies is answered by another. Where one of the first ends before it listens, others would fare no
 * better: then this process stops, with exit code 1.
 */
export function superviseWorkers(count: number, log: Logger): Workers {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let stopping = false
  let begun = false
  const listened = new WeakSet<Worker>()
  const fork = (): Worker => {
    const worker = cluster.fork()
    worker.on('listening', () => listened.add(worker))
    worker.on('exit', (code, signal) => {
      if (stopping) return
      log.error({ worker: worker.process.pid, code, signal }, 'an API worker ended')
      if (listened.has(worker)) fork()
      else if (begun) setTimeout(() => stopping || fork(), replacementPauseMilliseconds)
      else {
        stopping = true
        log.error('it ended before it listened, so another would fare no better: stopping')
        process.exitCode = 1
        process.kill(process.pid, 'SIGTERM')
      }
    })
    return worker
  }
  const listening = Promise.all(Array.from({ length: count }, fork).map((worker) => once(worker, 'listening')))
  void listening.then(() => {
    begun = true
  })
  return {
    listening,
    async stop() {
      stopping = true
      const workers = Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker !== undefined)
      await Promise.all(
        workers.map((worker) => {
          if (worker.isDead()) return undefined
          const ended = once(worker, 'exit')
          // No signal: a terminal and systemd send theirs to the workers too, and a second one cuts requests off.
          // One that does not listen yet has none, and may not hear messages yet.
          if (listened.has(worker)) worker.send(stopMessage, () => undefined)
          else worker.process.kill()
          return ended
        }),
      )
    },
  }
}
