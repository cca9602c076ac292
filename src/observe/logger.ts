import type { Logger as PinoLogger } from 'pino'

/** What the code logs with: an object of fields first, then words. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child' | 'isLevelEnabled'>
