import { canonicalUuidOf } from '../../model/canonical-uuid.ts'
import { BootringError } from '../../model/errors.ts'
import type { FoundNode, NodeSearch } from '../../model/node-finder.ts'
import { isLogicalName } from '../../resources/logical-name.ts'
import type { Membership } from '../../ring/membership.ts'
import { mayBoot } from '../explanation.ts'
import type { ObservationParts } from './observation.ts'

export interface NodeListQuery {
  q?: string
  state?: string
  driver?: string
  boot_interface?: string
  maintenance?: boolean
  error?: boolean
  /** No script was served to them in that time. */
  unserved_minutes?: number
  /** Host name of a conductor. */
  owner?: string
  /** UUID of the last node of the page before. */
  marker?: string
}

/** Nodes that are looked at in one go where something is to be found out of each. */
const looksAtOnce = 1000

/**
 * A page of nodes that match. Neither owners nor boots are in the table of nodes: for theirs the fleet is walked through until the
 * page is full. `served`: the nodes that were served a script in so many minutes.
 */
export async function listNodes(
  parts: ObservationParts,
  query: NodeListQuery,
  limit: number,
  served: (minutes: number) => Promise<ReadonlySet<string>>,
) {
  const { finder, rings } = parts
  const { boot_interface: bootInterface, driver, error: withError, maintenance, marker, owner, q, state } = query
  const membership = await rings.membership()
  const search: NodeSearch = { text: q?.trim(), provisionState: state, driver, bootInterface, maintenance, withError }
  const booted = query.unserved_minutes === undefined ? undefined : await served(query.unserved_minutes)
  const isEach = owner === undefined && booted === undefined
  const fits = (node: FoundNode) =>
    (owner === undefined || ownerOf(membership, node) === owner) && booted?.has(node.uuid) !== true
  let afterId = marker === undefined ? undefined : (await nodeNamed(parts, marker)).id
  const found: FoundNode[] = []
  for (;;) {
    const atOnce = isEach ? limit : looksAtOnce
    const nodes = await finder.find({ ...search, afterId }, atOnce)
    found.push(...(isEach ? nodes : nodes.filter(fits)))
    if (found.length >= limit || nodes.length < atOnce) break
    afterId = nodes.at(-1)?.id
  }
  const page = found.slice(0, limit)
  const nodes = await showNodes(parts, membership, page)
  return { nodes, next: found.length >= limit ? (page.at(-1)?.uuid ?? null) : null }
}

/** The node that a path or a query names, by its UUID in any form or its name. Throws `NodeNotFound`. */
export async function nodeNamed({ finder }: Pick<ObservationParts, 'finder'>, ident: string): Promise<FoundNode> {
  const uuid = canonicalUuidOf(ident)
  const node = uuid !== undefined || isLogicalName(ident) ? await finder.one(uuid ?? ident) : undefined
  if (node === undefined) throw new BootringError('NodeNotFound', `Node ${ident} could not be found.`)
  return node
}

export async function showNodes(parts: ObservationParts, membership: Membership, nodes: readonly FoundNode[]) {
  const macs = await parts.finder.macs(nodes.map(({ id }) => id))
  return nodes.map((node) => ({
    uuid: node.uuid,
    name: node.name,
    provision_state: node.provisionState,
    driver: node.driver,
    boot_interface: node.bootInterface,
    conductor_group: node.conductorGroup,
    owner: ownerOf(membership, node) ?? null,
    macs: macs.get(node.id) ?? [],
    maintenance: node.maintenance,
    last_error: node.lastError,
    may_boot: mayBoot(node.provisionState, parts),
  }))
}

function ownerOf(membership: Membership, node: FoundNode): string | undefined {
  return membership.order(node, 1)[0]
}
