import type { OverviewConductor, Ring } from '../../api/answers.ts'
import { count, percent, seconds } from '../../format.ts'
import { Badge } from '../../parts/badge.tsx'
import type { Tone } from '../../parts/mark.tsx'
import { ringLabel } from '../../parts/ring-label.ts'

interface ConductorTableProps {
  ring: Ring
  known: readonly OverviewConductor[]
  /** Milliseconds since 1970, by the clock of the API. */
  now: number
  colours: ReadonlyMap<string, string>
  chosen: string | undefined
  onChoose(hostname: string): void
}

/** The conductors of a ring: how they are, and what they bear. A button each lights its part of the picture. */
export function ConductorTable({ ring, known, now, colours, chosen, onChoose }: ConductorTableProps) {
  const most = Math.max(...ring.conductors.map(({ share }) => share), 0.01)
  return (
    <table class="conductors">
      <caption class="hidden">Conductors of the ring {ringLabel(ring.name)}</caption>
      <thead>
        <tr>
          <th scope="col">Conductor</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Share
          </th>
          <th scope="col" class="number">
            Nodes
          </th>
        </tr>
      </thead>
      <tbody>
        {inOrder([...ring.conductors, ...gone(ring, known)], known).map(({ hostname, alive, share, nodes }) => {
          const [tone, text] = standing(
            alive,
            known.find((conductor) => conductor.hostname === hostname),
            now,
          )
          return (
            <tr key={hostname} class={`row ${chosen === hostname ? 'chosen' : ''}`}>
              <th scope="row">
                <button
                  type="button"
                  class="name"
                  aria-pressed={chosen === hostname}
                  onClick={() => onChoose(hostname)}
                >
                  <span class="swatch" style={{ background: alive ? colours.get(hostname) : 'none' }} />
                  {hostname}
                </button>
              </th>
              <td>
                <Badge tone={tone} text={text} />
              </td>
              <td class="number">
                {share > 0 && (
                  <span class="share-bar" aria-hidden="true">
                    <span style={{ width: `${(share / most) * 100}%`, background: colours.get(hostname) }} />
                  </span>
                )}
                <span class="share">{share > 0 ? percent(share) : 'none'}</span>
              </td>
              <td class="number">{count(nodes)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** Those that were taken off: dead conductors of the group, whose hardware types nobody knows any more. */
function gone(ring: Ring, known: readonly OverviewConductor[]): Ring['conductors'] {
  const present = new Set(ring.conductors.map(({ hostname }) => hostname))
  return known
    .filter(({ alive, conductor_group: group, hardware_types: types, hostname }) => {
      return !alive && types.length === 0 && group === ring.conductor_group && !present.has(hostname)
    })
    .map(({ hostname }) => ({ hostname, alive: false, share: 0, nodes: 0 }))
}

/** Those that need a look first. */
function inOrder(conductors: Ring['conductors'], known: readonly OverviewConductor[]): Ring['conductors'] {
  const draining = new Set(known.filter((conductor) => conductor.draining).map(({ hostname }) => hostname))
  const place = ({ alive, hostname }: Ring['conductors'][number]) => (alive ? (draining.has(hostname) ? 1 : 2) : 0)
  return conductors.toSorted((a, b) => place(a) - place(b) || a.hostname.localeCompare(b.hostname))
}

function standing(alive: boolean, known: OverviewConductor | undefined, now: number): [Tone, string] {
  if (alive) return known?.draining ? ['warn', 'draining'] : ['ok', 'alive']
  const heard = known?.last_heartbeat
  if (heard === null || heard === undefined) return ['bad', 'dead']
  return ['bad', `dead, last heard ${seconds((now - heard) / 1000)} ago`]
}
