import type { Transaction } from 'kysely'
import { BootringError } from '../../model/errors.ts'
import type { FleetChange, FleetNode, FleetStore } from '../../model/stores.ts'
import type { Engine } from '../engines/engine.ts'
import { changesOf, planFleet } from '../fleet/fleet-plan.ts'
import { readSnapshot } from '../fleet/fleet-snapshot.ts'
import { writePlan } from '../fleet/write-plan.ts'
import type { Tables } from '../tables.ts'
import { inTransaction } from '../transaction.ts'
import { DuplicateKey } from '../translate.ts'

/** Loads fleets: reads what they have to do with, plans, and writes, one at a time and all of it or nothing. */
export class SqlFleetStore implements FleetStore {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async apply(
    fleet: FleetNode[],
    { prune, dryRun, onWritten }: Parameters<FleetStore['apply']>[1],
  ): Promise<FleetChange[]> {
    if (dryRun) {
      return changesOf(planFleet(fleet, await readSnapshot(this.#engine.read, fleet, { everyNode: prune }), { prune }))
    }
    try {
      return await inTransaction(this.#engine, async (trx) => {
        await this.#lock(trx)
        const plan = planFleet(fleet, await readSnapshot(trx, fleet, { everyNode: prune }), { prune })
        await writePlan(trx, this.#engine.dialect, plan, onWritten)
        return changesOf(plan)
      })
    } catch (error) {
      // Somebody else's node came in between, or two names that only differ in case are one to this database.
      if (error instanceof DuplicateKey) throw new BootringError('FleetConflict', error.message, { cause: error })
      throw error
    }
  }

  /** Two fleets at once would each plan without what the other one writes. */
  async #lock(trx: Transaction<Tables>): Promise<void> {
    if (!this.#engine.dialect.supportsRowLocks) return
    await trx.selectFrom('bootring_migration_lock').select('id').forUpdate().execute()
  }
}
