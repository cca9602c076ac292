import { useEffect, useRef } from 'preact/hooks'
import type { ShownNode } from '../../api/answers.ts'
import { Badge } from '../../parts/badge.tsx'
import { Mark } from '../../parts/mark.tsx'
import { stateName, stateTone } from '../../parts/state-tone.ts'
import { medium, narrow, useMedia } from '../../parts/use-media.ts'
import { href } from '../../route.ts'
import type { NodeListView } from './use-node-list.ts'
import { useRowsInView } from './use-rows-in-view.ts'

/** The nodes as a table, of which only the rows in view are in the page, however many there are. */
export function NodeTable({
  list,
  withGroups,
  withErrors,
}: {
  list: NodeListView
  withGroups: boolean
  /** The errors instead of what else a node has. */
  withErrors: boolean
}) {
  const body = useRef<HTMLTableSectionElement>(null)
  const isNarrow = useMedia(narrow)
  // As the style sheet makes them.
  const rowHeight = isNarrow ? 56 : 34
  const isMedium = useMedia(medium)
  const columns = isNarrow ? 2 : isMedium || withErrors ? 4 : withGroups ? 6 : 5
  const { first, last } = useRowsInView(body, list.total, rowHeight)
  useEffect(() => list.lookAt(first, last), [list, first, last])
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset)
  return (
    <table class="nodes" aria-rowcount={list.total + 1}>
      <caption class="hidden">Nodes</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">Node</th>
          <th scope="col" class="state">
            State
          </th>
          {!withErrors && (
            <th scope="col" class="wide mac">
              MAC
            </th>
          )}
          <th scope="col" class="wide owner">
            Owner
          </th>
          {withErrors ? (
            <th scope="col" class="wide error">
              Last error
            </th>
          ) : (
            columns > 4 && <th scope="col">Driver</th>
          )}
          {columns > 5 && <th scope="col">Group</th>}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space rows={first} rowHeight={rowHeight} columns={columns} />
        {indexes.map((index) => {
          const node = list.rowAt(index)
          return (
            <NodeRow key={node?.uuid ?? index} node={node} index={index} columns={columns} withErrors={withErrors} />
          )
        })}
        <Space rows={list.total - last} rowHeight={rowHeight} columns={columns} />
      </tbody>
    </table>
  )
}

function Space({ rows, rowHeight, columns }: { rows: number; rowHeight: number; columns: number }) {
  if (rows <= 0) return null
  return (
    <tr class="space" style={{ height: `${rows * rowHeight}px` }}>
      <td colSpan={columns} />
    </tr>
  )
}

interface NodeRowProps {
  node: ShownNode | undefined
  index: number
  columns: number
  withErrors: boolean
}

function NodeRow({ node, index, columns, withErrors }: NodeRowProps) {
  if (node === undefined) {
    return (
      <tr aria-rowindex={index + 2} class="row">
        <td colSpan={columns} class="muted">
          …
        </td>
      </tr>
    )
  }
  const [mac, ...others] = node.macs
  return (
    <tr aria-rowindex={index + 2} class="row">
      <th scope="row">
        <a href={href('nodes', node.uuid)}>{node.name ?? node.uuid}</a>
        {node.last_error !== null && !withErrors && (
          <span class="row-error" title={node.last_error}>
            <Mark tone="bad" />
            <span class="hidden">has an error</span>
          </span>
        )}
        {withErrors ? (
          <span class="narrow muted">{node.last_error}</span>
        ) : (
          <span class="narrow mono">{mac ?? 'no NIC'}</span>
        )}
      </th>
      <td>
        <Badge tone={stateTone(node.provision_state)} text={stateName(node.provision_state)} />
        {node.maintenance && <span class="tag">maintenance</span>}
      </td>
      {!withErrors && (
        <td class="wide mono">
          {mac ?? <span class="muted">none</span>}
          {others.length > 0 && (
            <span class="muted" title={others.join('\n')}>
              {' '}
              +{others.length}
            </span>
          )}
        </td>
      )}
      <td class="wide">{node.owner ?? <span class="muted">nobody</span>}</td>
      {withErrors ? (
        <td class="wide" title={node.last_error ?? ''}>
          {node.last_error}
        </td>
      ) : (
        columns > 4 && <td>{node.driver}</td>
      )}
      {columns > 5 && <td>{node.conductor_group}</td>}
    </tr>
  )
}
