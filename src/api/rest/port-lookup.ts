import { canonicalUuidOf } from '../../model/canonical-uuid.ts'
import { BootringError } from '../../model/errors.ts'
import { parseMac } from '../../model/mac.ts'
import type { ListedPort, ListedPortgroup } from '../../model/management-stores.ts'
import type { NodeRecord } from '../../model/records.ts'
import { nodeOf } from './node-lookup.ts'
import type { Rest } from './rest.ts'

/** The port that a path names, by its UUID, MAC or name. Throws `NotFound`. */
export async function portOf(rest: Rest, ident: string): Promise<ListedPort> {
  const port = await rest.reader.port(canonicalUuidOf(ident) ?? parseMac(ident) ?? ident)
  if (port === undefined) throw new BootringError('NotFound', `Port ${ident} could not be found.`)
  return port
}

/** The portgroup that a path or a filter names, by its UUID or name. Throws `NotFound`. */
export async function portgroupOf(rest: Rest, ident: string): Promise<ListedPortgroup> {
  const portgroup = await rest.reader.portgroup(canonicalUuidOf(ident) ?? ident)
  if (portgroup === undefined) throw new BootringError('NotFound', `Portgroup ${ident} could not be found.`)
  return portgroup
}

/** The node that a body names. That there is none is the body's fault: 400. */
export async function ownerOf(rest: Rest, ident: string | undefined, microversion: number): Promise<NodeRecord> {
  if (ident === undefined) throw new BootringError('InvalidParameter', "'node_uuid' is a required property")
  try {
    return await nodeOf(rest.reader, ident, microversion)
  } catch (error) {
    if (!(error instanceof BootringError) || error.code !== 'NodeNotFound') throw error
    throw new BootringError('InvalidParameter', error.message)
  }
}

/** The node of a row that was just read. */
export async function nodeOfRow(rest: Rest, id: number): Promise<NodeRecord> {
  const node = await rest.reader.nodeById(id)
  if (node === undefined) throw new BootringError('NodeNotFound', 'The node has been deleted meanwhile.')
  return node
}
