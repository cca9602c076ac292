import type { Logger } from '../observe/logger.ts'

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once, whatever is still in flight. */
export function untilToldToStop(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGTERM', 'SIGINT'] as const
    const stop = (signal: (typeof signals)[number]) => {
      log.info({ signal }, 'stopping after the requests in flight; a second signal stops at once')
      for (const name of signals) {
        process.off(name, stop)
        process.once(name, () => process.exit(1))
      }
      resolve()
    }
    for (const name of signals) process.on(name, stop)
  })
}
