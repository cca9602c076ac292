import type { FoundNode, NodeFinder } from '../../model/node-finder.ts'

/** Few enough that a page holds up no boot, many enough that a large fleet is through soon. */
const nodesAPage = 1000

/** All nodes, in id order and in pages; machines are answered in between. */
export async function* wholeFleet(finder: Pick<NodeFinder, 'find'>): AsyncGenerator<FoundNode[]> {
  let afterId: number | undefined
  for (;;) {
    const nodes = await finder.find({ afterId }, nodesAPage)
    yield nodes
    if (nodes.length < nodesAPage) return
    afterId = nodes.at(-1)?.id
  }
}
