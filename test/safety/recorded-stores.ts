import type { Conductor } from '../../src/model/conductor.ts'
import type { NodeWithPorts } from '../../src/model/node.ts'
import type { BootTargetStore, ConductorStore, NodeStore, ReservationStore } from '../../src/model/stores.ts'
import type { Event } from './history.ts'
import type { SimClock } from './sim-clock.ts'
import type { SimDatabase } from './sim-database.ts'
import type { SimProcess } from './sim-process.ts'

export interface RecordedStores {
  conductors: ConductorStore
  reservations: ReservationStore
  nodes: BootTargetStore & Pick<NodeStore, 'bootNode' | 'nodesWithBootFiles' | 'nodeStates'>
}

type Happening = Event extends infer E ? (E extends Event ? Omit<E, 'at'> : never) : never

let tasks = 0

/** The stores as one process sees them, by the simulated network; whatever has an effect is recorded as it has it. */
export function recordedStores(
  database: SimDatabase,
  process: SimProcess,
  clock: SimClock,
  events: Event[],
): RecordedStores {
  const { stores } = database
  const taskOf = new Map<string, number>()
  const record = (happening: Happening) => events.push({ at: clock.now, ...happening } as Event)
  const call = <T>(work: () => Promise<T>, deadlineSeconds = 30) => database.call(process, work, { deadlineSeconds })
  const transaction = <T>(work: () => Promise<T>) => database.call(process, work, { transaction: true })
  return {
    conductors: {
      conductors: (timeout): Promise<Conductor[]> => call(() => stores.conductors.conductors(timeout)),
      heartbeat: (session) => call(() => stores.conductors.heartbeat(session), 20),
      setDraining: (hostname, draining) => call(() => stores.conductors.setDraining(hostname, draining)),
      register: (...parameters) =>
        transaction(async () => {
          const session = await stores.conductors.register(...parameters)
          record({ kind: 'session begins', hostname: session.hostname, token: session.token })
          return session
        }),
      unregister: (session) =>
        transaction(async () => {
          const was = await sessionOf(database, session.hostname)
          await stores.conductors.unregister(session)
          if (was !== undefined && (await sessionOf(database, session.hostname)) === undefined) {
            record({ kind: 'session ends', hostname: session.hostname })
          }
        }),
      retire: (hostname, timeout) =>
        transaction(async () => {
          const retired = await stores.conductors.retire(hostname, timeout)
          if (retired) record({ kind: 'session ends', hostname })
          return retired
        }),
    },
    reservations: {
      takenOver: (conductorId) => call(() => database.reservations.takenOver(conductorId)),
      reserve: (node, session) => {
        tasks += 1
        const task = tasks
        taskOf.set(node, task)
        return call(async () => {
          await database.reservations.reserve(node, session)
          record({ kind: 'reserved', node, hostname: session.hostname, token: session.token, task })
        })
      },
      release: (node, session, outcome) => {
        const task = taskOf.get(node) ?? 0
        return call(async () => {
          await database.reservations.release(node, session, outcome)
          record({ kind: 'released', node, hostname: session.hostname, token: session.token, task })
        })
      },
    },
    nodes: {
      bootTarget: (address) => call(() => stores.nodes.bootTarget(address)),
      bootNode: (uuid) => call(() => stores.nodes.bootNode(uuid)),
      nodeStates: (uuids) => call(() => stores.nodes.nodeStates(uuids)),
      async *nodesWithBootFiles(): AsyncGenerator<NodeWithPorts> {
        yield* await call(() => Array.fromAsync(stores.nodes.nodesWithBootFiles()))
      },
    },
  }
}

async function sessionOf({ engine }: SimDatabase, hostname: string): Promise<string | undefined> {
  const row = await engine.write
    .selectFrom('bootring_conductor_session')
    .select('session')
    .where('hostname', '=', hostname)
    .executeTakeFirst()
  return row?.session
}
