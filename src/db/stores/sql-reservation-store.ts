import type { ConductorSession } from '../../model/conductor.ts'
import type { ReservationStore, TaskOutcome } from '../../model/stores.ts'
import type { Engine } from '../engines/engine.ts'
import { againWhileLost } from '../transaction.ts'
import { hasBootFiles } from './has-boot-files.ts'
import { refusal } from './held-node.ts'
import { sessionLives } from './live-session.ts'

/** Ironic's `nodes.reservation`, each write fenced by the session of whoever writes. */
export class SqlReservationStore implements ReservationStore {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async reserve(nodeUuid: string, session: ConductorSession): Promise<void> {
    const { dialect, write } = this.#engine
    const { numUpdatedRows } = await againWhileLost(() =>
      write
        .updateTable('nodes')
        .set({ reservation: session.hostname })
        .where('uuid', '=', nodeUuid)
        .where('reservation', 'is', null)
        .where(sessionLives(dialect, session))
        .executeTakeFirst(),
    )
    if (numUpdatedRows === 0n) throw await refusal(write, nodeUuid, session)
  }

  async release(nodeUuid: string, session: ConductorSession, outcome: TaskOutcome = {}): Promise<void> {
    const { dialect, write } = this.#engine
    const { conductorAffinity } = outcome
    const { numUpdatedRows } = await againWhileLost(() =>
      write
        .updateTable('nodes')
        .set({
          reservation: null,
          ...(conductorAffinity === undefined ? {} : { conductor_affinity: conductorAffinity }),
        })
        .where('uuid', '=', nodeUuid)
        .where('reservation', '=', session.hostname)
        .where(sessionLives(dialect, session))
        .executeTakeFirst(),
    )
    if (numUpdatedRows === 0n) throw await refusal(write, nodeUuid, session)
  }

  async takenOver(conductorId: number): Promise<Set<string>> {
    const rows = await this.#engine.read
      .selectFrom('nodes')
      .select('uuid')
      .where('conductor_affinity', '=', conductorId)
      .where(hasBootFiles)
      .execute()
    return new Set(rows.map((row) => row.uuid))
  }
}
