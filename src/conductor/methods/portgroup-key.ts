import { BootringError } from '../../model/errors.ts'
import type { PortgroupRecord } from '../../model/records.ts'

/** The key of one of a node's portgroups. Throws `InvalidParameter` where the node has none such. */
export function portgroupKey(
  { portgroups }: { portgroups: readonly PortgroupRecord[] },
  uuid: string | null,
): number | null {
  if (uuid === null) return null
  const group = portgroups.find((one) => one.uuid === uuid)
  if (!group) throw new BootringError('InvalidParameter', `the node has no portgroup ${uuid}`)
  return group.id
}
