import { BootringError } from '../../model/errors.ts'

/** Why something failed, as a node's `last_error` shows it: known failures in their words; faults of ours are in the log alone. */
export function failureText(error: unknown): string {
  return error instanceof BootringError ? error.message : "unexpected error; see the conductor's log"
}
