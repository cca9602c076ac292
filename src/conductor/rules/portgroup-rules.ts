import { BootringError } from '../../model/errors.ts'
import type { PortgroupChanges, PortgroupRecord } from '../../model/records.ts'
import { checkStandalone, type Wired } from './port-rules.ts'

/** Whether a portgroup may be changed so. Throws `Duplicate` where its ports forbid it. */
export function checkPortgroupUpdate({ ports }: Wired, before: PortgroupRecord, changes: PortgroupChanges): void {
  if (changes.standalone_ports_supported !== false) return
  const after = { ...before, ...changes }
  for (const port of ports) if (port.portgroup_id === before.id) checkStandalone(after, port)
}

/** Throws `InvalidParameter` where ports belong to it. */
export function checkMayDeletePortgroup({ ports }: Wired, portgroup: PortgroupRecord): void {
  const members = ports.filter((port) => port.portgroup_id === portgroup.id)
  if (members.length > 0)
    throw new BootringError(
      'InvalidParameter',
      `portgroup ${portgroup.uuid} has ports: ${members.map((port) => port.uuid).join(', ')}`,
    )
}
