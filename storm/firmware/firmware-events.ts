/*
 * What a simulated firmware client reports. All times are milliseconds of the clock that it was given.
 */

/** Why the firmware waited of its own accord. */
export type PauseReason = 'sleep' | 'prompt' | 'retry-after'

/** A file that was loaded for booting. */
export interface LoadedImage {
  name: string
  /** The last one of redirects. */
  url: string
  bytes: number
  /** CRC-32 of the bytes (zlib's). */
  crc32: number
  /** What follows the URL in the script: for a kernel its command line. */
  commandLine: string
}

/** How a client ended. */
export type FirmwareOutcome =
  /** The kernel was started. */
  | { end: 'booted'; kernel: LoadedImage; initrds: LoadedImage[] }
  /** The root script ended, or could not be fetched: the firmware went on to its next boot device. `wanted`: by `exit 0`. */
  | { end: 'gave-up'; wanted: boolean; reason: string }
  /** It hangs, and no server can help it any more. */
  | { end: 'lost'; reason: string }
  | { end: 'rebooted' }
  /** `powerOff` was called; `doing` says what the client was waiting for. */
  | { end: 'powered-off'; doing: string }

export type FirmwareEvent =
  | { type: 'powered-on'; atMs: number }
  /** One request and its answer, each redirect and each repetition counting for itself. */
  | {
      type: 'request'
      /** When it began; the connection's opening is part of it. */
      atMs: number
      ms: number
      url: string
      /** 1, 2, … within one command of a script. */
      attempt: number
      /** Whether it went out on a connection that an earlier request had left open. */
      keptConnection: boolean
      /** Undefined when no answer came. */
      status: number | undefined
      /** Undefined for a 2xx answer that arrived whole. */
      failure: string | undefined
      /** Of the body. */
      bytes: number
    }
  /** Reported when it is over. */
  | { type: 'pause'; atMs: number; ms: number; reason: PauseReason }
  /** A script was obtained, and now runs. `depth` 0: the root script. */
  | { type: 'script'; atMs: number; pausedMs: number; depth: number; url: string | undefined; text: string }
  /** A script has a command that iPXE, or this simulation, does not understand; it failed. */
  | { type: 'complaint'; atMs: number; command: string; reason: string }
  /** What `echo` printed. */
  | { type: 'output'; atMs: number; text: string }
  /** The last event. `pausedMs`: all pauses since power-on. */
  | { type: 'ended'; atMs: number; pausedMs: number; outcome: FirmwareOutcome }

export interface FirmwareObserver {
  /** Called at once, on the client's way: it must be quick. */
  saw(event: FirmwareEvent): void
}
