import type { NodeWithPorts } from '../model/node.ts'
import { printableLines } from '../model/printable.ts'
import { unifiedDiff } from '../model/unified-diff.ts'
import { counted } from './terminal/counted.ts'
import type { Output } from './terminal/output.ts'
import { type Colour, painter } from './terminal/painter.ts'

/** The boot file of a node, twice. */
export interface Compared {
  before: string
  after: string
  names: { before: string; after: string }
}

/** Nodes whose files differ in the same way. */
export interface RenderChange {
  /** As `diff -u` writes it, with `<uuid>` for the node's own. */
  diff: string
  nodes: { uuid: string; name: string | null }[]
}

export interface RenderChanges {
  changes: RenderChange[]
  unchanged: number
  /** Of which there was nothing to compare. */
  without: number
}

const namedNodes = 3
const nodesAtATime = 16

/** Compares node by node. `compare`: undefined where a node has no such file. `onProgress`: how many are done. */
export async function renderChanges(
  nodes: AsyncIterable<NodeWithPorts>,
  compare: (node: NodeWithPorts) => Promise<Compared | undefined>,
  onProgress: (done: number) => void,
): Promise<RenderChanges> {
  const byDiff = new Map<string, RenderChange['nodes']>()
  let [unchanged, without, done] = [0, 0, 0]
  const iterator = nodes[Symbol.asyncIterator]()
  const worker = async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const { name, uuid } = next.value
      const compared = await compare(next.value)
      onProgress(++done)
      if (compared === undefined) {
        without += 1
        continue
      }
      const general = (text: string) => text.replaceAll(uuid, '<uuid>')
      const diff = unifiedDiff(general(compared.before), general(compared.after), compared.names)
      const alike = byDiff.get(diff)
      if (diff === '') unchanged += 1
      else if (alike === undefined) byDiff.set(diff, [{ uuid, name }])
      else alike.push({ uuid, name })
    }
  }
  await Promise.all(Array.from({ length: nodesAtATime }, worker))
  const changes = [...byDiff].map(([diff, these]) => ({ diff, nodes: these }))
  return { changes: changes.sort((a, b) => b.nodes.length - a.nodes.length), unchanged, without }
}

export function changesText(output: Output, { changes, unchanged, without }: RenderChanges): string {
  const paint = painter(output)
  const colours: Readonly<Record<string, Colour>> = { '+': 'green', '-': 'red', '@': 'cyan' }
  const paragraphs = changes.map(({ diff, nodes }) => {
    const examples = nodes.slice(0, namedNodes).map(({ name, uuid }) => name ?? uuid)
    const rest = nodes.length - examples.length
    const title = `${counted(nodes.length, 'node')}: ${examples.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
    const lines = printableLines(diff)
      .split('\n')
      .map((line) => {
        const colour = colours[line[0] ?? '']
        return colour === undefined ? line : paint(colour, line)
      })
    return `${paint('bold', title)}\n${lines.join('\n')}\n`
  })
  const changed = changes.reduce((sum, { nodes }) => sum + nodes.length, 0)
  const kinds = changed === 0 ? '' : ` in ${counted(changes.length, 'way')}`
  return `${paragraphs.join('')}${changed} differ${kinds}, ${unchanged} stay the same, ${without} have no such file now.\n`
}

export function changesJson({ changes, unchanged, without }: RenderChanges): string {
  return `${JSON.stringify({ changes, unchanged, without }, undefined, 2)}\n`
}
