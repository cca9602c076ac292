import { BootringError } from '../model/errors.ts'
import { parseMac } from '../model/mac.ts'
import type { NodeWithPorts } from '../model/node.ts'
import type { FleetDatabase } from '../model/stores.ts'

/** The node that is named by its UUID, its name or the MAC of one of its ports. Throws `NodeNotFound`. */
export async function findNode(
  { finder, nodes }: Pick<FleetDatabase, 'finder' | 'nodes'>,
  ident: string,
): Promise<NodeWithPorts> {
  const mac = parseMac(ident)
  const uuid = mac === undefined ? (await finder.one(ident))?.uuid : (await nodes.bootTarget(mac))?.nodeUuid
  const node = uuid === undefined ? undefined : await nodes.node(uuid)
  if (node !== undefined) return node
  throw new BootringError('NodeNotFound', `no node has the UUID, the name or the MAC ${JSON.stringify(ident)}`)
}
