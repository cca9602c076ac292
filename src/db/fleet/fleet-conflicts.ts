import { BootringError } from '../../model/errors.ts'
import type { FleetNode } from '../../model/stores.ts'
import type { NodePlan } from './fleet-plan.ts'
import type { FleetSnapshot, NodeIdentity } from './fleet-snapshot.ts'

/** `FleetConflict` with a message that begins with the path of the field and names the entry. */
function conflict(index: number, field: string, entry: FleetNode, problem: string): BootringError {
  const name = entry.name ?? entry.uuid
  return new BootringError('FleetConflict', `nodes[${index}].${field}${name ? ` (${name})` : ''}: ${problem}`)
}

/** Throws when two entries of the fleet claim the same UUID, name or MAC. */
export function checkFleet(fleet: FleetNode[]): void {
  const seen = new Map<string, number>()
  const claim = (index: number, field: string, entry: FleetNode, value: string): void => {
    const key = `${field.replace(/\[\d+\]/, '')} ${value}`
    const other = seen.get(key)
    if (other !== undefined) throw conflict(index, field, entry, `${value} is also that of nodes[${other}]`)
    seen.set(key, index)
  }
  for (const [index, entry] of fleet.entries()) {
    if (entry.uuid !== undefined) claim(index, 'uuid', entry, entry.uuid)
    if (entry.name !== undefined) claim(index, 'name', entry, entry.name)
    for (const [place, port] of entry.ports.entries()) claim(index, `ports[${place}].address`, entry, port.address)
  }
}

/** Throws when a name or MAC of the fleet belongs to a node which is neither in the fleet nor removed. */
export function checkOwners(
  nodes: NodePlan[],
  snapshot: FleetSnapshot,
  { kept, removedIds }: { kept: Set<number>; removedIds: Set<number> },
): void {
  const isForeign = (id: number) => !kept.has(id) && !removedIds.has(id)
  const names = new Map<string, NodePlan>()
  for (const node of nodes) {
    const { index, entry, name } = node
    if (name !== null) {
      const owner = snapshot.byName.get(name)
      if (owner && isForeign(owner.id)) {
        throw conflict(index, 'name', entry, `${name} belongs to ${describe(owner)}, which the fleet does not name`)
      }
      const other = names.get(name)
      if (other) {
        // One of the two names no name and keeps the one that it has.
        throw conflict(index, 'name', entry, `${name} is also that of nodes[${other.index}], node ${other.uuid}`)
      }
      names.set(name, node)
    }
    for (const [place, port] of entry.ports.entries()) {
      const ownerId = snapshot.portByAddress.get(port.address)?.nodeId ?? undefined
      if (ownerId === undefined || !isForeign(ownerId)) continue
      const owner = snapshot.byId.get(ownerId)
      const whose = owner ? describe(owner) : `node ${ownerId}`
      throw conflict(
        index,
        `ports[${place}].address`,
        entry,
        `${port.address} belongs to ${whose}, which the fleet does not name`,
      )
    }
  }
}

function describe({ uuid, name }: NodeIdentity): string {
  return name === null ? `node ${uuid}` : `node ${name} (${uuid})`
}
