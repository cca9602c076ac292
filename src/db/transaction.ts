import type { Transaction } from 'kysely'
import { BootringError } from '../model/errors.ts'
import type { Engine } from './engines/engine.ts'
import type { Tables } from './tables.ts'
import { TransactionLost } from './translate.ts'

const attempts = 5

/** Runs `work` in one transaction, again when it lost against another one (a deadlock, say). */
export async function inTransaction<T>(engine: Engine, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const builder = engine.write.transaction()
      const { isolationLevel } = engine.dialect
      return await (isolationLevel ? builder.setIsolationLevel(isolationLevel) : builder).execute(work)
    } catch (error) {
      if (!(error instanceof TransactionLost)) throw error
      if (attempt >= attempts) {
        throw new BootringError('DatabaseUnavailable', `${attempts} attempts lost: ${error.message}`, { cause: error })
      }
    }
  }
}
