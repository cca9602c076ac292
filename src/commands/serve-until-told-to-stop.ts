import type { Logger } from '../observe/logger.ts'
import { notifyService } from './service-notify.ts'
import { untilToldToStop } from './until-told-to-stop.ts'

/**
 * Says to the service manager that all is up, and resolves when it, or a terminal, wants the process to end. Rejects when
 * `stopped` does: with what makes the process end by itself.
 */
export async function serveUntilToldToStop(log: Logger, stopped: Promise<void> = untilToldToStop(log)): Promise<void> {
  // It may fail before anybody waits for it here.
  stopped.catch(() => undefined)
  await notifyService('ready', log)
  await stopped
  // The end need not wait for this.
  void notifyService('stopping', log)
}
