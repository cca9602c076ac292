import { BootringError, type ErrorCode } from '../../model/errors.ts'

/** What a conductor that does not have the script says, beyond this node: it will be so for others too, and may pass. */
const degradedCodes: ReadonlySet<ErrorCode> = new Set(['DatabaseUnavailable', 'Overloaded'])

/** After these another conductor would say the same: they depend on the name and the node's row alone. */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
  'StateForbidsBoot',
  'UnknownBootFile',
  'UnsupportedDriverExtension',
])

/** Why one conductor did not give the script. */
export interface AttemptFailure {
  /** What it means for this node; never a code whose answer is a 503. */
  readonly error: BootringError
  /** As the attempt's log shows it. */
  readonly code: ErrorCode | 'Internal'
  /** No other conductor need be asked. */
  readonly final: boolean
  /** The conductor can't do its work at present, whichever node it is for. */
  readonly degraded: boolean
  /** It gave an answer, if a bad one. */
  readonly answered: boolean
}

/**
 * That a conductor's database is down, or that it is overloaded, must not by itself become a 503: only registered nodes get
 * this far, and the answer would tell them from the others.
 */
export function attemptFailure(error: unknown, conductor: string): AttemptFailure {
  if (!(error instanceof BootringError)) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      error: new BootringError('BootConfigUnavailable', `conductor ${conductor} failed: ${message}`, { cause: error }),
      code: 'Internal',
      final: false,
      degraded: false,
      answered: true,
    }
  }
  const shown =
    error.kind.httpStatus === 404
      ? error
      : new BootringError('BootConfigUnavailable', `conductor ${conductor}: ${error.message}`, { cause: error })
  return {
    error: shown,
    code: shown.code,
    final: finalCodes.has(error.code),
    degraded: degradedCodes.has(error.code),
    answered: error.code !== 'ConductorUnreachable',
  }
}
