import type { UpkeepTask } from '../../conductor/conductor.ts'
import { BootringError } from '../../model/errors.ts'
import type { ConductorStore, ReservationStore } from '../../model/stores.ts'
import type { ConductorMetrics } from '../../observe/conductor-metrics.ts'

type Beats = Pick<ConductorStore, 'register' | 'heartbeat' | 'unregister'>

/** The same store, whose beats are counted. */
export function measuredBeats(store: Beats, metrics: Pick<ConductorMetrics, 'heartbeat' | 'registered'>): Beats {
  return {
    async register(...parameters) {
      const session = await store.register(...parameters)
      metrics.registered()
      return session
    },
    async heartbeat(session) {
      try {
        const result = await store.heartbeat(session)
        metrics.heartbeat(result)
        return result
      } catch (error) {
        metrics.heartbeat('failed')
        throw error
      }
    },
    unregister: (session) => store.unregister(session),
  }
}

/** The same store, whose reservations are counted. */
export function measuredReservations(
  store: ReservationStore,
  metrics: Pick<ConductorMetrics, 'reservation'>,
): ReservationStore {
  return {
    async reserve(nodeUuid, session) {
      try {
        await store.reserve(nodeUuid, session)
        metrics.reservation('taken')
      } catch (error) {
        metrics.reservation(error instanceof BootringError && error.code === 'NodeLocked' ? 'busy' : 'failed')
        throw error
      }
    },
    release: (...parameters) => store.release(...parameters),
    takenOver: (conductorId) => store.takenOver(conductorId),
  }
}

/** The same tasks, whose runs are counted and timed. */
export function measuredUpkeep(tasks: readonly UpkeepTask[], metrics: Pick<ConductorMetrics, 'upkeep'>): UpkeepTask[] {
  return tasks.map((task) => ({
    ...task,
    async run() {
      const since = performance.now()
      let result: 'ok' | 'failed' = 'failed'
      try {
        await task.run()
        result = 'ok'
      } finally {
        metrics.upkeep(task.name, result, performance.now() - since)
      }
    },
  }))
}
