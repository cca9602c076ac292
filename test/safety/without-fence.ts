import type { Engine } from '../../src/db/engines/engine.ts'
import { SqlReservationStore } from '../../src/db/stores/sql-reservation-store.ts'
import { againWhileLost } from '../../src/db/transaction.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { ReservationStore } from '../../src/model/stores.ts'

/** The store as it would be without sessions: as Ironic has it. */
export function withoutFence(engine: Engine): ReservationStore {
  const real = new SqlReservationStore(engine)
  const update = async (uuid: string, changes: object, held: string | null) => {
    const { numUpdatedRows } = await againWhileLost(() =>
      engine.write
        .updateTable('nodes')
        .set(changes)
        .where('uuid', '=', uuid)
        .where('reservation', held === null ? 'is' : '=', held)
        .executeTakeFirst(),
    )
    if (numUpdatedRows === 0n) throw new BootringError('NodeLocked', uuid)
  }
  return {
    takenOver: (conductorId) => real.takenOver(conductorId),
    reserve: (uuid, { hostname }) => update(uuid, { reservation: hostname }, null),
    release: (uuid, { hostname }, { conductorAffinity } = {}) =>
      update(
        uuid,
        {
          reservation: null,
          ...(conductorAffinity === undefined ? {} : { conductor_affinity: conductorAffinity }),
        },
        hostname,
      ),
  }
}
