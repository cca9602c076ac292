import { setTimeout as sleep } from 'node:timers/promises'
import { busyTimeoutMilliseconds } from './busy-timeout.ts'

const pauseMilliseconds = 10
const busy = 5

/**
 * Runs a statement again while another process holds the lock, for 10 s in all. Between the attempts the process goes
 * on with its other work, which SQLite's own waiting would stop. `patience` says for how many milliseconds in all any
 * other error is worth another attempt.
 */
export async function retryWhileBusy<T>(
  statement: () => T,
  timeoutMilliseconds = busyTimeoutMilliseconds,
  patience: (code: number) => number = () => 0,
): Promise<T> {
  const start = performance.now()
  for (;;) {
    try {
      return statement()
    } catch (error) {
      const code = sqliteErrorCode(error)
      if (code === undefined) throw error
      const limit = (code & 0xff) === busy ? timeoutMilliseconds : patience(code)
      if (performance.now() - start >= limit) throw error
      await sleep(pauseMilliseconds)
    }
  }
}

/** SQLite's extended result code; undefined for an error that is not SQLite's. */
export function sqliteErrorCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
}
