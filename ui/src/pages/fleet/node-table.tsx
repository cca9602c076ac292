import { useEffect, useRef, useState } from 'preact/hooks'
import type { ShownNode } from '../../api/answers.ts'
import { Badge } from '../../parts/badge.tsx'
import { Mark } from '../../parts/mark.tsx'
import { stateName, stateTone } from '../../parts/state-tone.ts'
import { href } from '../../route.ts'
import type { NodeListView } from './use-node-list.ts'
import { useRowsInView } from './use-rows-in-view.ts'

const narrow = matchMedia('(max-width: 720px)')

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrow.matches)
  useEffect(() => {
    const changed = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', changed)
    return () => narrow.removeEventListener('change', changed)
  }, [])
  return isNarrow
}

/** The nodes as a table, of which only the rows in view are in the page, however many there are. */
export function NodeTable({ list, withGroups }: { list: NodeListView; withGroups: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null)
  const isNarrow = useNarrow()
  // As the style sheet makes them.
  const rowHeight = isNarrow ? 56 : 34
  const columns = isNarrow ? 2 : withGroups ? 6 : 5
  const { first, last } = useRowsInView(body, list.total, rowHeight)
  useEffect(() => list.lookAt(first, last), [list, first, last])
  const indexes = Array.from({ length: Math.max(0, last - first) }, (_, offset) => first + offset)
  return (
    <table class="nodes" aria-rowcount={list.total + 1}>
      <caption class="hidden">Nodes</caption>
      <thead>
        <tr aria-rowindex={1}>
          <th scope="col">Node</th>
          <th scope="col">State</th>
          <th scope="col" class="wide">
            MAC
          </th>
          <th scope="col" class="wide">
            Owner
          </th>
          <th scope="col" class="wide">
            Driver
          </th>
          {withGroups && (
            <th scope="col" class="wide">
              Group
            </th>
          )}
        </tr>
      </thead>
      <tbody ref={body}>
        <Space rows={first} rowHeight={rowHeight} columns={columns} />
        {indexes.map((index) => {
          const node = list.rowAt(index)
          return <NodeRow key={node?.uuid ?? index} node={node} index={index} columns={columns} />
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

function NodeRow({ node, index, columns }: { node: ShownNode | undefined; index: number; columns: number }) {
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
        {node.last_error !== null && (
          <span class="row-error" title={node.last_error}>
            <Mark tone="bad" />
            <span class="hidden">has an error</span>
          </span>
        )}
        <span class="narrow mono">{mac ?? 'no NIC'}</span>
      </th>
      <td>
        <Badge tone={stateTone(node.provision_state)} text={stateName(node.provision_state)} />
        {node.maintenance && <span class="tag">maintenance</span>}
      </td>
      <td class="wide mono">
        {mac ?? <span class="muted">none</span>}
        {others.length > 0 && (
          <span class="muted" title={others.join('\n')}>
            {' '}
            +{others.length}
          </span>
        )}
      </td>
      <td class="wide">{node.owner ?? <span class="muted">nobody</span>}</td>
      <td class="wide">{node.driver}</td>
      {columns > 5 && <td class="wide">{node.conductor_group}</td>}
    </tr>
  )
}
