import { randomUUID } from 'node:crypto'
import type { ListedPortgroup } from '../model/management-stores.ts'
import type { NewPortgroup, PortgroupChanges } from '../model/records.ts'
import { created } from './created.ts'
import { isLogicalName, looksLikeUuid } from './logical-name.ts'
import { patched } from './patched.ts'
import { portgroupFields } from './portgroup-fields.ts'
import { invalid } from './value-type.ts'

/** `[DEFAULT]default_portgroup_mode` of Ironic. */
const defaultMode = 'active-backup'

/** What a patch changes of a portgroup. Throws `InvalidParameter`, `PatchFailed`, `NotAcceptable`. */
export function patchedPortgroup(record: ListedPortgroup, patch: unknown, minor?: number): PortgroupChanges {
  const { node_uuid, ...changes } = patched(portgroupFields, record, patch, minor)
  if (node_uuid !== undefined)
    throw invalid('node_uuid can not be changed: delete the portgroup, and create it on the other node.')
  checkName(changes.name, `Portgroup ${record.uuid}: Cannot change name to invalid name`, minor)
  return changes
}

export interface PortgroupBody {
  /** UUID of the node, where the body says one. */
  node: string | undefined
  portgroup: NewPortgroup
}

/** A portgroup from a body of REST, with a UUID where it has none. */
export function newPortgroup(body: unknown, minor?: number): PortgroupBody {
  const {
    mode = defaultMode,
    node_uuid,
    uuid = randomUUID(),
    ...portgroup
  } = created('portgroup', portgroupFields, body, minor)
  checkName(portgroup.name, 'Cannot create portgroup with invalid name', minor)
  return { node: node_uuid, portgroup: { ...portgroup, mode, uuid } }
}

function checkName(name: string | null | undefined, message: string, minor: number | undefined): void {
  if (name === undefined || name === null) return
  if (!isLogicalName(name, minor) || looksLikeUuid(name)) throw invalid(`${message} '${name}'`)
}
