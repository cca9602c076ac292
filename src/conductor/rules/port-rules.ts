import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { NodeRecord, PortChanges, PortgroupChanges, PortgroupRecord, PortRecord } from '../../model/records.ts'
import { provisionStateOf } from '../../model/transitions.ts'

/** States in which ports may be wired in another way. Source: ironic/conductor/manager.py, update_port. */
const rewirable: readonly string[] = ['enroll', 'inspecting', 'inspect wait', 'manageable']
const wiring = ['portgroup_id', 'pxe_enabled', 'local_link_connection', 'physical_network'] as const

/** What a portgroup takes on from a port that joins it. */
export interface Adoption {
  readonly portgroupUuid: string
  readonly changes: PortgroupChanges
}

/** A node with what belongs to it. */
export interface Wired {
  readonly node: NodeRecord
  readonly ports: readonly PortRecord[]
  readonly portgroups: readonly PortgroupRecord[]
}

/** What a VIF, of whichever network, is attached by. */
export function vifOf({ internal_info: info }: Pick<PortRecord, 'internal_info'>): string | undefined {
  for (const network of ['cleaning', 'provisioning', 'rescuing', 'inspection', 'servicing', 'tenant']) {
    const vif = info[`${network}_vif_port_id`]
    if (typeof vif === 'string') return vif
  }
  return undefined
}

/**
 * Whether a port may be created so. Says whether its portgroup takes on its physical network. Throws
 * `InvalidParameter` or `Duplicate`.
 */
export function checkNewPort(task: Wired, port: PortChanges): Adoption | undefined {
  const group = groupOf(task, port.portgroup_id)
  if (group && port.pxe_enabled === true && !group.standalone_ports_supported)
    refuse('Duplicate', `portgroup ${group.uuid} supports no standalone ports, so its ports can't be pxe_enabled`)
  return networkOfGroup(task, group, port.physical_network ?? null)
}

/**
 * Whether a port may be changed so; `changes` holds what differs from the row alone. As `checkNewPort` else. Throws
 * `WrongState` as well.
 */
export function checkPortUpdate(task: Wired, before: PortRecord, changes: PortChanges): Adoption | undefined {
  const { node } = task
  const after = { ...before, ...changes }
  const inUse = node.provision_state === 'active' || node.instance_uuid !== null
  if (changes.address !== undefined && inUse && !node.maintenance)
    refuse(
      'WrongState',
      `the address of port ${before.uuid} can't change: node ${node.uuid} is active or has an instance`,
    )
  const changed = wiring.filter((field) => changes[field] !== undefined)
  if (changed.length > 0 && !node.maintenance && !rewirable.includes(provisionStateOf(node)))
    refuse(
      'WrongState',
      `port ${before.uuid} can have ${changed.join(', ')} changed in maintenance, or while node ${node.uuid} is in ` +
        `${rewirable.join(', ')}; it is in ${JSON.stringify(node.provision_state)}`,
    )
  const group = groupOf(task, after.portgroup_id)
  const standing = changes.pxe_enabled !== undefined || changes.portgroup_id !== undefined
  if (group && standing) checkStandalone(group, after)
  if (changes.portgroup_id === undefined && changes.physical_network === undefined) return undefined
  return networkOfGroup(task, group, after.physical_network, before.uuid)
}

/** Throws `WrongState` where a VIF is attached, unless the node is in maintenance. */
export function checkMayDeletePort({ node }: Wired, port: PortRecord): void {
  const vif = vifOf(port)
  if (vif !== undefined && !node.maintenance)
    refuse('WrongState', `port ${port.uuid} can't be deleted: VIF ${vif} is attached to it`)
}

/** Throws `Duplicate` (a conflict, as in Ironic) where a port would stand alone in a group that can't have that. */
export function checkStandalone(group: PortgroupRecord, port: PortRecord): void {
  if (group.standalone_ports_supported) return
  const vif = vifOf(port)
  const reasons = [...(port.pxe_enabled ? ['it is pxe_enabled'] : []), ...(vif ? [`VIF ${vif} is attached to it`] : [])]
  if (reasons.length > 0)
    refuse(
      'Duplicate',
      `portgroup ${group.uuid} can't have no standalone ports with port ${port.uuid} in it: ${reasons.join(', ')}`,
    )
}

function groupOf(task: Wired, id: number | null | undefined): PortgroupRecord | undefined {
  if (id === null || id === undefined) return undefined
  const group = task.portgroups.find((one) => one.id === id)
  return group ?? refuse('InvalidParameter', `node ${task.node.uuid} has no such portgroup`)
}

/** All ports of a group are on one physical network; a group without one takes that of its first port. */
function networkOfGroup(
  { ports }: Wired,
  group: PortgroupRecord | undefined,
  network: string | null,
  portUuid?: string,
): Adoption | undefined {
  if (!group) return undefined
  const others = ports.filter((one) => one.portgroup_id === group.id && one.uuid !== portUuid)
  const [other] = others
  if (!other && group.physical_network === null)
    return network === null ? undefined : { portgroupUuid: group.uuid, changes: { physical_network: network } }
  const expected = other ? other.physical_network : group.physical_network
  if (network !== expected)
    refuse(
      'Duplicate',
      `a port on physical network ${JSON.stringify(network)} can't join portgroup ${group.uuid}, which is on ${JSON.stringify(expected)}`,
    )
  return undefined
}

function refuse(code: ErrorCode, reason: string): never {
  throw new BootringError(code, reason)
}
