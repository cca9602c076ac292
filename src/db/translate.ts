import { BootringError } from '../model/errors.ts'
import type { Dialect } from './dialects/dialect.ts'

/** A unique constraint is in the way. */
export class DuplicateKey extends Error {
  override readonly name = 'DuplicateKey'
}

/** The transaction lost against another one and may be tried again. */
export class TransactionLost extends Error {
  override readonly name = 'TransactionLost'
}

/** Turns a driver's error into one of ours; what is nobody's fault but ours stays as it is. */
export type Translate = (error: unknown) => unknown

/** What a table or column that is not there means. */
export type MissingSchema = 'SchemaOutdated' | 'NotIronicsDatabase'

/** `place` names the database in messages; `missing`: the code for a table or column that is not there. */
export function translator(dialect: Dialect, place: string, missing: MissingSchema = 'SchemaOutdated'): Translate {
  return (error) => {
    if (error instanceof BootringError || error instanceof DuplicateKey || error instanceof TransactionLost)
      return error
    withoutData(error)
    switch (dialect.failure(error)) {
      case 'unavailable':
        return new BootringError('DatabaseUnavailable', `${place}: ${reason(error)}`, { cause: error })
      case 'schema':
        return new BootringError(missing, `${place}: ${reason(error)}`, { cause: error })
      case 'duplicate':
        return new DuplicateKey(reason(error), { cause: error })
      case 'unfit':
        return new BootringError('InvalidParameter', `the database can't hold it: ${reason(error)}`, { cause: error })
      case 'retry':
        return new TransactionLost(reason(error), { cause: error })
      default:
        return error
    }
  }
}

/** Drivers attach the statement or the row, which may hold the credentials of a machine's BMC: not for a log. */
function withoutData(error: unknown): void {
  if (!(error instanceof Error)) return
  for (const property of ['sql', 'detail', 'where', 'internalQuery', 'parameters']) {
    if (property in error) Reflect.deleteProperty(error, property)
  }
}

function reason(error: unknown): string {
  // Node reports "no address of this name answers" as an AggregateError without words.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join(', ')
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
