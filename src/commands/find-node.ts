import { BootringError } from '../model/errors.ts'
import { parseMac } from '../model/mac.ts'
import type { NodeWithPorts } from '../model/node.ts'
import type { NodeStore } from '../model/stores.ts'

/**
 * The nodes that are named by UUID, name or MAC, in that order. Names are looked for in the whole fleet, once. Throws `NodeNotFound`.
 */
export async function findNodes(store: NodeStore, idents: readonly string[]): Promise<NodeWithPorts[]> {
  const found = new Map<string, NodeWithPorts>()
  for (const ident of idents) {
    const mac = parseMac(ident)
    const uuid = mac === undefined ? ident.toLowerCase() : (await store.bootTarget(mac))?.nodeUuid
    const node = uuid === undefined ? undefined : await store.node(uuid)
    if (node !== undefined) found.set(ident, node)
  }
  const names = new Set(idents.filter((ident) => !found.has(ident)))
  if (names.size > 0)
    for await (const node of store.nodes()) if (node.name !== null && names.has(node.name)) found.set(node.name, node)
  return idents.map((ident) => {
    const node = found.get(ident)
    if (node === undefined)
      throw new BootringError('NodeNotFound', `no node has the UUID, the name or the MAC ${JSON.stringify(ident)}`)
    return node
  })
}
