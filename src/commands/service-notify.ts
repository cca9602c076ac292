import { execFile } from 'node:child_process'
import type { Logger } from '../observe/logger.ts'

/** What systemd can be told. `ready` ends the start of a `Type=notify` unit, `stopping` begins its stop. */
export type ServiceState = 'ready' | 'stopping'

/** The part of the environment that says where the service manager listens. */
export interface NotifyEnvironment {
  /** Path of a Unix datagram socket, or `@name` in the abstract name space. Absent: nobody asked to be told. */
  readonly NOTIFY_SOCKET?: string | undefined
  readonly PATH?: string | undefined
}

const messages: Record<ServiceState, readonly string[]> = {
  ready: ['READY=1', 'STATUS=serving'],
  stopping: ['STOPPING=1', 'STATUS=answering what is in flight'],
}

/** systemd-notify itself waits five seconds for the service manager to have read the message. */
const timeoutMilliseconds = 10_000

/**
 * Tells the service manager that started this process how far it is. Does nothing where none asked (no
 * `NOTIFY_SOCKET`), and never throws: a message that could not be sent is a warning in the log.
 *
 * Node has no Unix datagram sockets, so the program `systemd-notify` sends it. Its process is gone soon after, and
 * systemd finds a sender's unit by its process: the program therefore waits until systemd has read the message (so
 * `--no-block` must not be given), and the unit needs `NotifyAccess=all`, as the sender is not the main process.
 *
 * Call it in the process that systemd started, never in a worker of it.
 */
export function notifyService(
  state: ServiceState,
  log: Pick<Logger, 'warn'>,
  environment: NotifyEnvironment = process.env,
): Promise<void> {
  const { NOTIFY_SOCKET, PATH } = environment
  if (!NOTIFY_SOCKET) return Promise.resolve()
  const env = { NOTIFY_SOCKET, ...(PATH === undefined ? {} : { PATH }) }
  return new Promise((resolve) => {
    execFile('systemd-notify', messages[state], { env, timeout: timeoutMilliseconds }, (error, _stdout, stderr) => {
      // systemd that stops a unit sends SIGTERM to all of its processes, this one too; and it knows already.
      const stoppedToo = state === 'stopping' && error?.signal === 'SIGTERM' && !error.killed
      if (error && !stoppedToo) {
        const reason = stderr.trim() || error.message
        log.warn({ state, socket: NOTIFY_SOCKET, reason }, 'the service manager could not be told')
      }
      resolve()
    })
  })
}
