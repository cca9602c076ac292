import type { Updateable } from 'kysely'
import type { NewNode, NewPort, NewPortgroup, NodeChanges, PortChanges, PortgroupChanges } from '../../model/records.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { NodesTable, PortgroupsTable, PortsTable } from '../tables.ts'
import { writeRecord } from './record-codec.ts'
import { nodeFields, portFields, portgroupFields } from './record-fields.ts'

/** Of any engine's text column, even where each character takes three bytes. */
const longestText = 20_000

/** A node's columns as they are written. */
export function nodeValues(changes: NodeChanges | NewNode, dialect: Dialect): Updateable<NodesTable> {
  const values: Updateable<NodesTable> = writeRecord(nodeFields, changes, dialect)
  if (changes.conductor_group !== undefined) values.conductor_group = changes.conductor_group.toLowerCase()
  // What went wrong must never fail to be written down for being told at length.
  if (changes.last_error != null) values.last_error = shortened(changes.last_error)
  return values
}

export function portValues(changes: PortChanges | NewPort, dialect: Dialect): Updateable<PortsTable> {
  return writeRecord(portFields, changes, dialect)
}

export function portgroupValues(
  changes: PortgroupChanges | NewPortgroup,
  dialect: Dialect,
): Updateable<PortgroupsTable> {
  return writeRecord(portgroupFields, changes, dialect)
}

/** As much of a text as any engine's column takes; PostgreSQL's take no NUL. */
export function shortened(text: string): string {
  return text.slice(0, longestText).replaceAll('\0', '')
}
