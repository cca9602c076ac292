import type { NodeStateStore } from '../../model/stores.ts'
import type { CopyStore } from './copy-store.ts'
import { stateFamily } from './state-family.ts'

/** Removes copies of nodes that are gone, or are going through something else by now. Throws `DatabaseUnavailable`. */
export async function sweep(store: CopyStore, nodes: NodeStateStore): Promise<void> {
  const before = store.all()
  const states = await nodes.nodeStates([...new Set(before.map(({ nodeUuid }) => nodeUuid))])
  const families = new Map(states.map((node) => [node.uuid, stateFamily(node)]))
  for (const copy of before) {
    if (families.get(copy.nodeUuid) === copy.family) continue
    // It may have been replaced while the database was asked.
    if (store.get(copy.nodeUuid, copy.name) === copy) store.remove(copy)
  }
}
