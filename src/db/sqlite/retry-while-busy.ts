import { setTimeout as sleep } from 'node:timers/promises'
import { busyTimeoutMilliseconds } from './busy-timeout.ts'

const pauseMilliseconds = 10
const busy = 5

/**
 * Runs a statement again while another process holds the lock, for 10 s in all. Between the attempts the process goes
 * on with its other work, which SQLite's own waiting would stop.
 */
export async function retryWhileBusy<T>(statement: () => T, timeoutMilliseconds = busyTimeoutMilliseconds): Promise<T> {
  const deadline = performance.now() + timeoutMilliseconds
  for (;;) {
    try {
      return statement()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
      await sleep(pauseMilliseconds)
    }
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy
  )
}
