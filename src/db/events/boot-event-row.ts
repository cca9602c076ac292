import type { Selectable } from 'kysely'
import type { BootEvent, StoredBootEvent } from '../../model/boot-events.ts'
import type { BootEventTable } from '../tables.ts'

export type BootEventRow = Selectable<BootEventTable>

/** What a row is made of, in the order of `rowOf`. */
export const eventColumns = [
  'at',
  'kind',
  'mac',
  'node_uuid',
  'node_name',
  'client',
  'server',
  'request_id',
  'outcome',
  'code',
  'reason',
  'name',
  'provision_state',
  'owner',
  'conductor',
  'milliseconds',
  'steps',
  'bytes',
  'sha256',
  'user_agent',
] as const satisfies readonly (keyof BootEventTable)[]

export type EventValues = (string | number | null)[]

/** The values of one event, whose texts fit. */
export function rowOf(event: BootEvent): EventValues {
  return [
    event.at,
    event.kind,
    storable(event.mac),
    storable(event.node_uuid),
    storable(event.node_name),
    storable(event.client),
    storable(event.server),
    storable(event.request_id),
    event.outcome,
    event.code,
    storable(event.reason),
    storable(event.name),
    storable(event.provision_state),
    storable(event.owner),
    storable(event.conductor),
    event.milliseconds,
    stepsText(event.steps),
    event.bytes,
    event.sha256,
    storable(event.user_agent),
  ]
}

export function eventOf({ at, bytes, id, steps, ...row }: BootEventRow): StoredBootEvent {
  return {
    ...row,
    id: Number(id),
    at: Number(at),
    bytes: bytes === null ? null : Number(bytes),
    steps: steps === null ? [] : (JSON.parse(steps) as StoredBootEvent['steps']),
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: PostgreSQL holds no U+0000, and half a character is no UTF-8.
const unstorable = /[\u0000\ud800-\udfff]/

function storable(text: string | null): string | null {
  return text !== null && unstorable.test(text) ? text.toWellFormed().replaceAll('\0', '\ufffd') : text
}

function stepsText(steps: BootEvent['steps']): string | null {
  if (steps.length === 0) return null
  return JSON.stringify(steps.map((step) => ({ ...step, milliseconds: Math.round(step.milliseconds * 1000) / 1000 })))
}
