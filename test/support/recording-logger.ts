import type { Logger } from '../../src/observe/logger.ts'

interface Line {
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown>
}

/** A logger that keeps its lines, for tests to read. */
export function recordingLogger(): Logger & { lines: Line[] } {
  const lines: Line[] = []
  const at =
    (level: Line['level']) =>
    (fields: unknown, message?: string): void => {
      if (typeof fields === 'string') lines.push({ level, message: fields, fields: {} })
      else lines.push({ level, message: message ?? '', fields: fields as Record<string, unknown> })
    }
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines }
  return Object.assign(logger, { child: () => logger }) as unknown as Logger & { lines: Line[] }
}
