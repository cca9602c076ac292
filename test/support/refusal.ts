import { BootringError } from '../../src/model/errors.ts'

/** The code of the known failure that `run` throws; undefined where it throws nothing. */
export function refusal(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof BootringError) return error.code
    throw error
  }
  return undefined
}
