import type { Transaction } from 'kysely'
import { BootringError } from '../model/errors.ts'
import type { Engine } from './engines/engine.ts'
import type { Tables } from './tables.ts'
import { TransactionLost } from './translate.ts'

const attempts = 5

/** Runs `work` in one transaction, again when it lost against another one (a deadlock, say). */
export function inTransaction<T>(engine: Engine, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  const { isolationLevel } = engine.dialect
  return againWhileLost(() => {
    const builder = engine.write.transaction()
    return (isolationLevel ? builder.setIsolationLevel(isolationLevel) : builder).execute(work)
  })
}

/** Runs a statement that is a transaction of its own, or all of one, again when it lost against another one. */
export async function againWhileLost<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TransactionLost)) throw error
      if (attempt >= attempts) {
        throw new BootringError('DatabaseUnavailable', `${attempts} attempts lost: ${error.message}`, { cause: error })
      }
    }
  }
}
