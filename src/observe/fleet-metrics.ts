import { Gauge, type Registry } from 'prom-client'
import type { NodeFinder } from '../model/node-finder.ts'
import { provisionStates } from '../model/provision-states.ts'

/** Counting nodes is a walk over an index: not for every scrape. */
const freshMilliseconds = 60_000

/**
 * Tells how many nodes are in each provision state, counted at a scrape once a minute at most. While the database is away
 * the last counts stay.
 */
export function watchNodes(
  registry: Registry,
  finder: Pick<NodeFinder, 'states'>,
  now: () => number = () => performance.now(),
): void {
  let countedAt = Number.NEGATIVE_INFINITY
  new Gauge({
    name: 'bootring_nodes',
    help: 'Nodes by provision state, counted once a minute at most.',
    labelNames: ['state'],
    registers: [registry],
    // Workers see the same fleet.
    aggregator: 'max',
    async collect() {
      if (now() - countedAt < freshMilliseconds) return
      countedAt = now()
      const counts = await finder.states().catch(() => undefined)
      if (counts === undefined) return
      const byState = new Map<string, number>([...provisionStates, 'other'].map((state) => [state, 0]))
      for (const { nodes, provisionState } of counts) {
        const state = provisionState ?? 'available'
        const known = byState.has(state) ? state : 'other'
        byState.set(known, (byState.get(known) ?? 0) + nodes)
      }
      for (const [state, count] of byState) this.set({ state }, count)
    },
  })
}
