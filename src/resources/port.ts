import { randomUUID } from 'node:crypto'
import type { ListedPort } from '../model/management-stores.ts'
import type { NewPort, PortChanges } from '../model/records.ts'
import { created, needed } from './created.ts'
import { tooNew } from './field.ts'
import { isJsonObject } from './json-value.ts'
import { isSmartNicLink } from './local-link.ts'
import { looksLikeUuid } from './logical-name.ts'
import { patched } from './patched.ts'
import { portFields } from './port-fields.ts'
import { invalid, shownValue } from './value-type.ts'

/** A port's portgroup by its UUID: whoever writes the port finds the row. */
export interface OfPortgroup {
  portgroup_uuid?: string | null
}

/** What a patch changes of a port. Throws `InvalidParameter`, `PatchFailed`, `NotAcceptable`. */
export function patchedPort(record: ListedPort, patch: unknown, minor?: number): PortChanges & OfPortgroup {
  const { node_uuid, ...changes } = patched(portFields, record, patch, minor)
  if (node_uuid !== undefined)
    throw invalid('node_uuid can not be changed: delete the port, and create it on the other node.')
  checkPort(changes)
  if (changes.is_smartnic && !isSmartNicLink(changes.local_link_connection ?? record.local_link_connection))
    throw invalid(smartNic)
  return changes
}

export interface PortBody extends OfPortgroup {
  /** UUID or name of the node, where the body says one. */
  node: string | undefined
  port: NewPort
}

/** A port from a body of REST, with a UUID where it has none. */
export function newPort(body: unknown, minor?: number): PortBody {
  const { ident, rest } = takeNodeIdent(body, minor)
  const {
    address,
    node_uuid,
    portgroup_uuid = null,
    uuid = randomUUID(),
    ...port
  } = created('port', portFields, rest, minor)
  if (ident !== undefined && node_uuid !== undefined)
    throw invalid('Schema error for port: node_uuid and node_ident can not both be given.')
  checkPort(port)
  if (port.is_smartnic && !isSmartNicLink(port.local_link_connection ?? {})) throw invalid(smartNic)
  return {
    node: ident ?? node_uuid,
    portgroup_uuid,
    port: { ...port, uuid, address: needed(address, 'port', 'address') },
  }
}

/** `node_ident`, in place of `node_uuid`, may be a name. It came with 1.94. */
function takeNodeIdent(body: unknown, minor = Number.POSITIVE_INFINITY): { ident: string | undefined; rest: unknown } {
  if (!isJsonObject(body) || !('node_ident' in body)) return { ident: undefined, rest: body }
  const { node_ident, ...rest } = body
  if (minor < 94) throw tooNew('node_ident', 94)
  if (typeof node_ident !== 'string') throw invalid(`Expected string for node_ident: ${shownValue(node_ident)}`)
  return { ident: node_ident, rest }
}

const smartNic = 'Smart NIC port must have port_id and hostname in local_link_connection'

function checkPort({ name, physical_network }: PortChanges): void {
  if (name && looksLikeUuid(name)) throw invalid(`Port can not have the name '${name}': it looks like a UUID.`)
  if (name === '') throw invalid('A non-empty value is required when setting name')
  if (physical_network === '') throw invalid('A non-empty value is required when setting physical_network')
}
