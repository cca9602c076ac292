import type { Updateable } from 'kysely'
import type { NewNode, NewPort, NewPortgroup, NodeChanges, PortChanges, PortgroupChanges } from '../../model/records.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { NodesTable, PortgroupsTable, PortsTable } from '../tables.ts'
import { writeRecord } from './record-codec.ts'
import { nodeFields, portFields, portgroupFields } from './record-fields.ts'

// Whatever a caller hands over: what only the stores themselves write is not among these.
const {
  id: _1,
  created_at: _2,
  updated_at: _3,
  reservation: _4,
  conductor_affinity: _5,
  ...writableOfNode
} = nodeFields
const { id: _6, created_at: _7, updated_at: _8, node_id: _9, ...writableOfPort } = portFields
const { id: _10, created_at: _11, updated_at: _12, node_id: _13, ...writableOfPortgroup } = portgroupFields

/** Of any engine's text column, even where each character takes three bytes. */
const longestText = 20_000

/** A node's columns as they are written. */
export function nodeValues(changes: NodeChanges | NewNode, dialect: Dialect): Updateable<NodesTable> {
  const values: Updateable<NodesTable> = writeRecord(writableOfNode, changes, dialect)
  if (changes.conductor_group !== undefined) values.conductor_group = changes.conductor_group.toLowerCase()
  // What went wrong must never fail to be written down for being told at length.
  if (changes.last_error != null) values.last_error = shortened(changes.last_error)
  return values
}

export function portValues(changes: PortChanges | NewPort, dialect: Dialect): Updateable<PortsTable> {
  return writeRecord(writableOfPort, changes, dialect)
}

export function portgroupValues(
  changes: PortgroupChanges | NewPortgroup,
  dialect: Dialect,
): Updateable<PortgroupsTable> {
  return writeRecord(writableOfPortgroup, changes, dialect)
}

export function shortened(text: string): string {
  return text.slice(0, longestText)
}
