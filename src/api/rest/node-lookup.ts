import { canonicalUuidOf } from '../../model/canonical-uuid.ts'
import { BootringError } from '../../model/errors.ts'
import type { ManagementReader } from '../../model/management-stores.ts'
import type { NodeRecord } from '../../model/records.ts'
import { isLogicalName } from '../../resources/logical-name.ts'

/** The version from which on nodes have names. */
const namesSince = 5

/**
 * The node that a path or a body names, by its UUID in any form or by its name. Throws `InvalidParameter` for what can be
 * neither, `NodeNotFound`.
 */
export async function nodeOf(
  reader: Pick<ManagementReader, 'node'>,
  ident: string,
  microversion: number,
): Promise<NodeRecord> {
  const uuid = canonicalUuidOf(ident)
  if (uuid === undefined && !isLogicalName(ident))
    throw new BootringError('InvalidParameter', `Expected UUID or name for node: ${ident}`)
  const known = uuid !== undefined || microversion >= namesSince ? await reader.node(uuid ?? ident) : undefined
  if (known === undefined) throw new BootringError('NodeNotFound', `Node ${ident} could not be found.`)
  return known
}
