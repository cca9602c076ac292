import { type ErrorCode, errorKinds } from './errors.ts'

/** What an operator does about a failure, in plain words. `Internal` and codes that are not known are faults of bootring. */
export function remedyOf(code: string): string {
  return isErrorCode(code) ? errorKinds[code].remedy : 'This is a fault of bootring: see its log, and report it.'
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code)
}
