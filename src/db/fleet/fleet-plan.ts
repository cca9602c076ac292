import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { FleetChange, FleetNode } from '../../model/stores.ts'
import { checkFleet, checkOwners } from './fleet-conflicts.ts'
import type { ExistingNode, ExistingPort, FleetSnapshot, NodeIdentity } from './fleet-snapshot.ts'

/** The values of a node that a fleet file decides, by the names of their columns. */
export interface NodeValues {
  name: string | null
  driver: string
  conductor_group: string
  boot_interface: string | null
  deploy_interface: string | null
  provision_state: string
  driver_info: string
  instance_info: string
  properties: string
  extra: string
}

/** What becomes of one entry of the fleet. */
export interface NodePlan {
  /** Position in the fleet. */
  index: number
  entry: FleetNode
  uuid: string
  name: string | null
  existing: ExistingNode | undefined
  /** All of them for a new node, else those that differ. */
  values: Partial<NodeValues>
  ports: PortPlan
}

export interface PortPlan {
  added: FleetNode['ports']
  /** Now of another node of the fleet, of none, or with another `pxe_enabled`. */
  changed: { id: number; pxeEnabled: boolean; moved: boolean }[]
  removed: ExistingPort[]
}

export interface FleetPlan {
  nodes: NodePlan[]
  removed: NodeIdentity[]
}

/** Works out what makes the database match the fleet. Throws `FleetConflict` when it can't be done. */
export function planFleet(fleet: FleetNode[], snapshot: FleetSnapshot, options: { prune: boolean }): FleetPlan {
  checkFleet(fleet)
  const matches = matchNodes(fleet, snapshot)
  const kept = new Set([...matches.values()].map((node) => node.id))
  const removed = options.prune ? snapshot.everyNode.filter((node) => !kept.has(node.id)) : []
  const removedIds = new Set(removed.map((node) => node.id))
  const addresses = new Set<string>(fleet.flatMap((entry) => entry.ports.map((port) => port.address)))
  const nodes = fleet.map((entry, index): NodePlan => {
    const existing = matches.get(index)
    return {
      index,
      entry,
      uuid: existing?.uuid ?? entry.uuid ?? randomUUID(),
      name: entry.name ?? existing?.name ?? null,
      existing,
      values: existing ? changedValues(entry, existing) : newValues(entry),
      ports: planPorts(entry, existing, snapshot, { removedIds, addresses }),
    }
  })
  checkOwners(nodes, snapshot, { kept, removedIds })
  return { nodes, removed }
}

/** The plan as the operator is told of it. */
export function changesOf(plan: FleetPlan): FleetChange[] {
  return [
    ...plan.nodes.map(({ existing, uuid, name, values, ports }): FleetChange => {
      if (!existing) return { action: 'created', uuid, name, fields: [] }
      const fields = Object.keys(values)
      if (ports.added.length + ports.changed.length + ports.removed.length > 0) fields.push('ports')
      return { action: fields.length > 0 ? 'changed' : 'unchanged', uuid, name, fields }
    }),
    ...plan.removed.map(({ uuid, name }): FleetChange => ({ action: 'removed', uuid, name, fields: [] })),
  ]
}

/** Which node each entry (by index) means: by UUID, else by name, else by MAC. A node is meant by one entry only. */
function matchNodes(fleet: FleetNode[], snapshot: FleetSnapshot): Map<number, ExistingNode> {
  const matches = new Map<number, ExistingNode>()
  const taken = new Set<number>()
  const match = (find: (entry: FleetNode, index: number) => ExistingNode | undefined): void => {
    for (const [index, entry] of fleet.entries()) {
      if (matches.has(index)) continue
      const node = find(entry, index)
      if (!node || taken.has(node.id)) continue
      matches.set(index, node)
      taken.add(node.id)
    }
  }
  match((entry) => (entry.uuid === undefined ? undefined : snapshot.byUuid.get(entry.uuid)))
  match((entry) => (entry.uuid === undefined && entry.name !== undefined ? snapshot.byName.get(entry.name) : undefined))
  match((entry) => {
    if (entry.uuid !== undefined) return undefined
    const owners = entry.ports.flatMap((port) => snapshot.portByAddress.get(port.address)?.nodeId ?? [])
    // Of several, the first: the other MACs then turn out to belong to a node outside the fleet.
    const owner = owners.find((id) => !taken.has(id))
    return owner === undefined ? undefined : snapshot.byId.get(owner)
  })
  return matches
}

function newValues(entry: FleetNode): NodeValues {
  return {
    name: entry.name ?? null,
    driver: entry.driver,
    conductor_group: entry.conductorGroup.toLowerCase(),
    boot_interface: entry.bootInterface,
    deploy_interface: entry.deployInterface,
    provision_state: entry.provisionState ?? 'available',
    driver_info: JSON.stringify(entry.driverInfo),
    instance_info: JSON.stringify(entry.instanceInfo),
    properties: JSON.stringify(entry.properties),
    extra: JSON.stringify(entry.extra),
  }
}

function changedValues(entry: FleetNode, existing: ExistingNode): Partial<NodeValues> {
  const wanted = newValues(entry)
  const changed: Partial<NodeValues> = {}
  if (entry.name !== undefined && entry.name !== existing.name) changed.name = entry.name
  if (wanted.driver !== existing.driver) changed.driver = wanted.driver
  if (wanted.conductor_group !== existing.conductorGroup) changed.conductor_group = wanted.conductor_group
  if (wanted.boot_interface !== existing.bootInterface) changed.boot_interface = wanted.boot_interface
  if (wanted.deploy_interface !== existing.deployInterface) changed.deploy_interface = wanted.deploy_interface
  if (entry.provisionState !== undefined && entry.provisionState !== (existing.provisionState ?? 'available')) {
    changed.provision_state = entry.provisionState
  }
  if (!sameJson(wanted.driver_info, existing.driverInfo)) changed.driver_info = wanted.driver_info
  if (!sameJson(wanted.instance_info, existing.instanceInfo)) changed.instance_info = wanted.instance_info
  if (!sameJson(wanted.properties, existing.properties)) changed.properties = wanted.properties
  if (!sameJson(wanted.extra, existing.extra)) changed.extra = wanted.extra
  return changed
}

/** By value: neither the order of keys nor white space is a difference. */
function sameJson(text: string, value: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(text), value)
}

function planPorts(
  entry: FleetNode,
  existing: ExistingNode | undefined,
  snapshot: FleetSnapshot,
  { removedIds, addresses }: { removedIds: Set<number>; addresses: Set<string> },
): PortPlan {
  const plan: PortPlan = { added: [], changed: [], removed: [] }
  for (const wanted of entry.ports) {
    const port = snapshot.portByAddress.get(wanted.address)
    // The ports of a removed node go with it.
    if (!port || (port.nodeId !== null && removedIds.has(port.nodeId))) plan.added.push(wanted)
    else if (port.nodeId !== existing?.id || port.pxeEnabled !== wanted.pxeEnabled) {
      plan.changed.push({ id: port.id, pxeEnabled: wanted.pxeEnabled, moved: port.nodeId !== existing?.id })
    }
  }
  // A port that another entry wants is moved there, not removed here.
  plan.removed = (existing?.ports ?? []).filter((port) => !addresses.has(port.address))
  return plan
}
