import { useState } from 'preact/hooks'
import type { Ring } from '../../api/answers.ts'
import { count, counted, percent } from '../../format.ts'
import { href } from '../../route.ts'

const mostRows = 60

interface NodePlacesProps {
  ring: Ring
  chosen: string | undefined
  onPoint(uuid: string | undefined): void
}

/** Which node lies where, as a table: those of one conductor, or those that are searched. */
export function NodePlaces({ ring, chosen, onPoint }: NodePlacesProps) {
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const found = ring.nodes.filter(
    ([uuid, name, owner]) =>
      (chosen === undefined || owner === chosen) &&
      (wanted === '' || (name ?? '').toLowerCase().includes(wanted) || uuid.startsWith(wanted)),
  )
  const all = ring.conductors.reduce((sum, { nodes }) => sum + nodes, 0)
  return (
    <section class="panel" aria-labelledby="places-title">
      <div class="panel-head">
        <h2 id="places-title">{chosen === undefined ? 'Where nodes lie' : `Nodes of ${chosen}`}</h2>
        <input
          type="search"
          aria-label="Find a node on the ring"
          placeholder="Name or UUID"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <table class="small">
        <caption class="hidden">Nodes by place on the ring</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Lies with</th>
            <th scope="col" class="number" title="Clockwise from the top">
              Place
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, mostRows).map(([uuid, name, owner, at]) => (
            <tr key={uuid} class="row" onMouseEnter={() => onPoint(uuid)} onMouseLeave={() => onPoint(undefined)}>
              <th scope="row">
                <a href={href('nodes', uuid)} onFocus={() => onPoint(uuid)} onBlur={() => onPoint(undefined)}>
                  {name ?? uuid}
                </a>
              </th>
              <td>{owner ?? 'nobody'}</td>
              <td class="number">{at === null ? '' : percent(at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {found.length === 0 && 'None of those that are drawn. '}
        {found.length > mostRows && `and ${counted(found.length - mostRows, 'more', 'more')}. `}
        {ring.nodes.length < all && `Of ${counted(all, 'node')} here, ${count(ring.nodes.length)} are drawn. `}
        <a href={href('fleet', undefined, { owner: chosen, q: text.trim() })}>
          {wanted !== ''
            ? 'Search the fleet'
            : chosen === undefined
              ? 'All nodes in the fleet'
              : 'All of them in the fleet'}
        </a>
      </p>
    </section>
  )
}
