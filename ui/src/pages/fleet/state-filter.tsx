import type { Overview } from '../../api/answers.ts'
import { count, percent } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { stateName, stateTone, toneOrder } from '../../parts/state-tone.ts'
import { setQuery } from '../../route.ts'

/** How many nodes are in which state: one bar of them all, and a button each that shows only those. */
export function StateFilter({ states, chosen }: { states: Overview['states']; chosen: string | undefined }) {
  const sorted = summed(states, chosen)
  const total = sorted.reduce((sum, { nodes }) => sum + nodes, 0)
  if (total === 0) return null
  return (
    <section class="states" aria-label="Nodes by state">
      <div class="state-bar" aria-hidden="true">
        {sorted.map(({ state, nodes }) => (
          <span
            key={state}
            class={`tone-${stateTone(state)} ${chosen === undefined || chosen === state ? '' : 'dimmed'}`}
            style={{ flexGrow: nodes }}
            title={`${state}: ${count(nodes)}, ${percent(nodes / total)}`}
          />
        ))}
      </div>
      <ul class="chips">
        {sorted.map(({ state, nodes }) => (
          <li key={state}>
            <button
              type="button"
              class="chip"
              aria-pressed={chosen === state}
              onClick={() => setQuery({ state: chosen === state ? undefined : state }, 'push')}
            >
              <Mark tone={stateTone(state)} />
              {state} <strong>{count(nodes)}</strong>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What needs a look first, and the more the earlier. The chosen one stays when its last node has left it. */
function summed(states: Overview['states'], chosen: string | undefined): { state: string; nodes: number }[] {
  const sums = new Map<string, number>(chosen === undefined ? [] : [[chosen, 0]])
  for (const { state, nodes } of states) sums.set(stateName(state), (sums.get(stateName(state)) ?? 0) + nodes)
  const place = (state: string) => toneOrder.indexOf(stateTone(state))
  return [...sums]
    .map(([state, nodes]) => ({ state, nodes }))
    .filter(({ nodes, state }) => nodes > 0 || state === chosen)
    .sort((a, b) => place(a.state) - place(b.state) || b.nodes - a.nodes)
}
