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

const maxReasonCharacters = 1024
/** No conductor has so many: a text column of MariaDB holds 64 KiB. */
const maxStepsCharacters = 16_384

/** The values of one event. Texts are cut to what their columns hold: one that does not fit would take its batch with it. */
export function rowOf(event: BootEvent): EventValues {
  return [
    event.at,
    event.kind,
    cut(event.mac, 64),
    cut(event.node_uuid, 36),
    cut(event.node_name, 255),
    cut(event.client, 64),
    cut(event.server, 255),
    cut(event.request_id, 64),
    event.outcome,
    cut(event.code, 64),
    cut(event.reason, maxReasonCharacters),
    cut(event.name, 255),
    cut(event.provision_state, 32),
    cut(event.owner, 255),
    cut(event.conductor, 255),
    event.milliseconds,
    stepsText(event.steps),
    event.bytes,
    event.sha256,
    cut(event.user_agent, 255),
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

function cut(text: string | null, maxCharacters: number): string | null {
  if (text === null) return null
  const short = text.length > maxCharacters ? text.slice(0, maxCharacters) : text
  return unstorable.test(short) ? short.toWellFormed().replaceAll('\0', '\ufffd') : short
}

function stepsText(steps: BootEvent['steps']): string | null {
  if (steps.length === 0) return null
  const rounded = steps.map((step) => ({ ...step, milliseconds: Math.round(step.milliseconds * 1000) / 1000 }))
  const text = JSON.stringify(rounded)
  return text.length <= maxStepsCharacters ? text : null
}
