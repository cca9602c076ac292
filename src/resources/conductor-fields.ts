import type { Field } from './field.ts'
import { shownOnly } from './shown-only.ts'
import { requiredText } from './value-types.ts'

const since = 49

/** What is shown of a conductor. */
export const conductorFields = {
  hostname: { since, type: requiredText(), description: 'Its host name.', sort: true, short: true },
  conductor_group: { since, type: requiredText(), description: 'The group it is in.', sort: true, short: true },
  alive: {
    since,
    type: shownOnly.flag,
    description: 'It was heard from within [conductor]heartbeat_timeout.',
    short: true,
  },
  drivers: { since, type: shownOnly.texts, description: 'Hardware types that it offers.' },
  created_at: { since, type: shownOnly.time, description: 'When it first registered.', sort: true },
  updated_at: { since, type: shownOnly.time, description: 'When it was last heard from.', sort: true },
} as const satisfies Readonly<Record<string, Field>>
