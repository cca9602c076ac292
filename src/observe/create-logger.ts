import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino'
import { LineWriter } from './line-writer.ts'
import { redaction, withoutCredentials } from './redact.ts'
import { textLine } from './text-line.ts'

export interface LoggerOptions {
  level: Level
  /** `[bootring]log_format`; auto is text on a terminal, else JSON. */
  format: 'auto' | 'json' | 'text'
  /** A file descriptor or a stream. Default: standard error, so that a command's own output stays clean. */
  destination?: number | Writable
  /** `NO_COLOR` is set: no colours, on a terminal either. */
  noColor?: boolean
}

const standardError = 2

/**
 * Makes the logger of a process. Lines to a descriptor are written without waiting, so that a full pipe or a slow disk
 * holds up nobody's boot, and a full disk stops nobody's; what is left then is written when the process exits, however it exits by itself.
 * Passwords, `Authorization` values and credentials inside URLs never get into a line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format, destination = standardError, noColor = false } = options
  const terminal = typeof destination === 'number' && isatty(destination)
  const asText = format === 'text' || (format === 'auto' && terminal)
  const output: DestinationStream = typeof destination === 'number' ? new LineWriter(destination) : destination
  const color = terminal && !noColor
  return pino(
    {
      level,
      redact: redaction,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: asText ? (line) => textLine(withoutCredentials(line), color) : withoutCredentials },
      // Process and host, which a terminal's owner knows.
      ...(asText ? { base: null } : {}),
    },
    output,
  )
}
