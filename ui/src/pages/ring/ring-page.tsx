import { useMemo, useState } from 'preact/hooks'
import type { Overview, Ring, Rings } from '../../api/answers.ts'
import { useResource } from '../../api/use-resource.ts'
import { counted } from '../../format.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ringLabel } from '../../parts/ring-label.ts'
import { setQuery } from '../../route.ts'
import { conductorColours } from './colours.ts'
import { ConductorTable } from './conductor-table.tsx'
import { NodePlaces } from './node-places.tsx'
import { RingPicture } from './ring-picture.tsx'

/** Each time the API goes through the whole fleet. */
const refreshSeconds = 15

/** The rings: which conductor bears how much of one, and which node lies where. */
export function RingPage({
  query,
  overview,
}: {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}) {
  // Drawn anew as soon as a conductor is known to have come or gone.
  const standing = overview?.conductors
    .map(({ alive, draining, hostname }) => `${hostname} ${alive} ${draining}`)
    .join()
  const { data, failure } = useResource<Rings>(standing === undefined ? null : 'ring', refreshSeconds, standing)
  const [pointedAt, setPointedAt] = useState<string>()
  const rings = data?.rings ?? []
  const ring = rings.find(({ name }) => name === query.ring) ?? fullest(rings)
  const names = [...new Set(rings.flatMap(({ conductors }) => conductors.map(({ hostname }) => hostname)))]
  const colours = useMemo(() => conductorColours(names), [names.join()])
  const chosen = ring?.conductors.some(({ hostname }) => hostname === query.conductor) ? query.conductor : undefined
  const choose = (hostname: string) => setQuery({ conductor: hostname === chosen ? undefined : hostname })
  return (
    <>
      <PageHead title="Ring">{rings.length > 0 && counted(rings.length, 'ring')}</PageHead>
      {data === undefined && <Loading failure={failure} />}
      {data !== undefined && ring === undefined && (
        <Empty title="No conductor has registered yet.">
          <p>
            Start one with <code>bootring conductor</code>. Until then machines are told to wait.
          </p>
        </Empty>
      )}
      {ring !== undefined && (
        <>
          {rings.length > 1 && (
            <div class="toolbar">
              <label>
                Ring{' '}
                <select
                  value={ring.name}
                  onChange={(event) => setQuery({ ring: event.currentTarget.value, conductor: undefined })}
                >
                  {rings.map(({ name }) => (
                    <option key={name} value={name}>
                      {ringLabel(name)}
                    </option>
                  ))}
                </select>
              </label>
              <p class="muted">Each hardware type of a conductor group has its own ring.</p>
            </div>
          )}
          <div class="ring-columns">
            <figure>
              {ring.conductors.every(({ alive }) => !alive) && (
                <p class="reason bad">
                  <strong>No conductor of this ring is alive: </strong>
                  its machines are told to wait. Start one with <code>bootring conductor</code>.
                </p>
              )}
              <RingPicture ring={ring} colours={colours} chosen={chosen} pointedAt={pointedAt} onChoose={choose} />
              <figcaption class="muted">
                Inside: the conductors' shares. Then: who owns which part of the ring. Outside: the nodes. Places count
                clockwise from the top.
              </figcaption>
            </figure>
            <div>
              <ConductorTable
                ring={ring}
                known={overview?.conductors ?? []}
                now={overview?.now ?? Date.now()}
                colours={colours}
                chosen={chosen}
                onChoose={choose}
              />
              <NodePlaces ring={ring} chosen={chosen} onPoint={setPointedAt} />
            </div>
          </div>
        </>
      )}
    </>
  )
}

/** Most installations have hardware types that no node is of. */
function fullest(rings: readonly Ring[]): Ring | undefined {
  const nodes = ({ conductors, nodes: drawn }: Ring) =>
    drawn.length + conductors.reduce((sum, conductor) => sum + conductor.nodes, 0)
  return rings.reduce<Ring | undefined>(
    (most, ring) => (most === undefined || nodes(ring) > nodes(most) ? ring : most),
    undefined,
  )
}
