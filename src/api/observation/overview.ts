import { provisionStates } from '../../model/provision-states.ts'
import type { ObservationParts } from './observation.ts'

/** The fleet at a glance, as `GET /v1/bootring/overview` shows it. */
export async function overviewOf(parts: ObservationParts) {
  const { events, finder, mode, rings, server, version } = parts
  const [{ conductors }, counted] = await Promise.all([rings.membership(), finder.states()])
  const nodesIn = new Map<string, number>()
  for (const { nodes, provisionState } of counted) {
    const state = provisionState ?? 'available'
    nodesIn.set(state, (nodesIn.get(state) ?? 0) + nodes)
  }
  const order: readonly string[] = provisionStates
  const states = [...nodesIn]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1))
    .map(([state, nodes]) => ({ state, nodes }))
  return {
    version,
    mode,
    server,
    now: Date.now(),
    nodes: states.reduce((sum, { nodes }) => sum + nodes, 0),
    states,
    conductors: conductors.map(({ alive, conductorGroup, draining = false, drivers, hostname, updatedAt }) => ({
      hostname,
      conductor_group: conductorGroup,
      hardware_types: drivers,
      alive,
      draining,
      last_heartbeat: updatedAt?.getTime() ?? null,
    })),
    events: { enabled: events !== undefined, ...(events?.counts() ?? { kept: 0, dropped: 0 }) },
  }
}
