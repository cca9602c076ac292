import { useEffect, useRef, useState } from 'preact/hooks'
import type { NodeCounts, Overview } from '../../api/answers.ts'
import { useResource } from '../../api/use-resource.ts'
import { count, counted } from '../../format.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { go, href, setQuery } from '../../route.ts'
import { focusIfWanted } from '../../shell/search-focus.ts'
import { ConductorsLine } from './conductors-line.tsx'
import { filterOf } from './node-filter.ts'
import { NodeFilters } from './node-filters.tsx'
import { NodeTable } from './node-table.tsx'
import { StateFilter } from './state-filter.tsx'
import { type NodeListView, useNodeList } from './use-node-list.ts'

const typingPauseMilliseconds = 120
/** The API takes no more. */
const mostCharacters = 255
/** The API counts no more often. */
const countSeconds = 20

/** All nodes: how many are in which state, and which they are. */
export function FleetPage({
  query,
  overview,
}: {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}) {
  const { q = '', state } = query
  const filter = filterOf(query)
  const list = useNodeList(filter, expected(overview, filter, state))
  const { data: counts } = useResource<NodeCounts>('counts', countSeconds)
  const entered = useRef<string | undefined>(undefined)
  const openIfOnlyOne = () => {
    if (!list.complete || entered.current !== q) return
    entered.current = undefined
    if (list.loaded === 1) openNode(list.rowAt(0)?.uuid)
  }
  // Who types quickly presses Enter before the answer is here.
  useEffect(openIfOnlyOne, [q, list.complete])
  return (
    <>
      <PageHead title="Fleet">
        {overview !== undefined && (
          <>
            {counted(overview.nodes, 'node')} <ConductorsLine conductors={overview.conductors} />
          </>
        )}
      </PageHead>
      {overview !== undefined && <StateFilter states={overview.states} chosen={state} />}
      <div class="toolbar">
        <Search
          q={q}
          onEnter={(text) => {
            entered.current = text
            openIfOnlyOne()
          }}
        />
        {overview?.nodes !== 0 && <NodeFilters query={query} overview={overview} counts={counts} />}
      </div>
      <p class="found">
        <span class="muted" role="status">
          {filter !== '' && found(list)}
        </span>
        {filter !== '' && <a href={href('fleet')}>Show all nodes</a>}
      </p>
      {list.failure?.status === 400 ? (
        <NoNodes title={list.failure.message} searched />
      ) : list.total > 0 ? (
        <NodeTable
          list={list}
          withGroups={overview?.conductors.some((known) => known.conductor_group !== '') ?? false}
          withErrors={query.error === 'true'}
        />
      ) : list.complete ? (
        <NoNodes searched={filter !== ''} />
      ) : (
        <Loading failure={list.failure} />
      )}
    </>
  )
}

/** How many rows there will be, where that is known before they are here. */
function expected(overview: Overview | undefined, filter: string, state: string | undefined): number | undefined {
  if (overview === undefined || filter === '') return overview?.nodes
  if (state === undefined || filter !== filterOf({ state })) return undefined
  return overview.states.find((entry) => (entry.state ?? 'available') === state)?.nodes ?? 0
}

function found({ complete, failure, loaded }: NodeListView): string {
  if (complete) return `${count(loaded)} found`
  return loaded > 0 && failure === undefined ? `more than ${count(loaded)} found` : ''
}

function openNode(uuid: string | undefined): void {
  if (uuid !== undefined) go(href('nodes', uuid))
}

function Search({ q, onEnter }: { q: string; onEnter(text: string): void }) {
  const [text, setText] = useState(q)
  // What was searched from here last. It may arrive as `q` when more has been typed already, which must stay.
  const searched = useRef(q)
  const search = () => {
    searched.current = text.trim()
    setQuery({ q: searched.current })
  }
  useEffect(() => {
    if (q === searched.current) return
    searched.current = q
    setText(q)
  }, [q])
  useEffect(() => {
    if (text.trim() === searched.current) return
    const timer = setTimeout(search, typingPauseMilliseconds)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <search class="search">
      <label class="hidden" for="fleet-search">
        Search by name, UUID or MAC
      </label>
      <input
        id="fleet-search"
        ref={focusIfWanted}
        type="search"
        value={text}
        placeholder="Name, UUID or MAC"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
        maxLength={mostCharacters}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          search()
          onEnter(text.trim())
        }}
      />
      <kbd>/</kbd>
    </search>
  )
}

function NoNodes({ searched, title = 'No node is like that.' }: { searched: boolean; title?: string }) {
  if (searched) {
    return (
      <Empty title={title}>
        <p>
          <a href={href('fleet')}>Show all nodes</a>
        </p>
        <p class="muted">A MAC may have any separators, and may be only its beginning.</p>
      </Empty>
    )
  }
  return (
    <Empty title="There are no nodes yet.">
      <p>
        Load a fleet file with <code>bootring apply fleet.yaml</code>, or enrol a node with{' '}
        <code>openstack baremetal node create</code>.
      </p>
    </Empty>
  )
}
