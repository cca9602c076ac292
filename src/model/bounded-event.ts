import type { BootEvent } from '../model/boot-events.ts'

/*
 * How large an event may be. Much of it is text from outside: what machines and agents say, and messages of whatever failed.
 */

/** Characters, as the columns of a database hold them. */
const mostCharacters = {
  mac: 64,
  node_uuid: 36,
  node_name: 255,
  client: 64,
  request_id: 64,
  code: 64,
  reason: 1024,
  name: 255,
  provision_state: 32,
  owner: 255,
  conductor: 255,
  sha256: 64,
  user_agent: 255,
} as const satisfies Partial<Record<keyof BootEvent, number>>
const mostServerCharacters = 255

/** No machine waits for so many conductors. */
const mostSteps = 16
const mostStepCharacters = 255

const fields = Object.keys(mostCharacters) as (keyof typeof mostCharacters)[]

/** The event with its texts cut to what is kept of them, and with the last of its steps where there are too many. */
export function boundedEvent(event: BootEvent): BootEvent {
  if (isBounded(event)) return event
  const bounded = { ...event, server: cut(event.server, mostServerCharacters), steps: boundedSteps(event.steps) }
  for (const field of fields) {
    const text = event[field]
    if (text !== null) bounded[field] = cut(text, mostCharacters[field])
  }
  return bounded
}

function isBounded(event: BootEvent): boolean {
  return (
    event.server.length <= mostServerCharacters &&
    fields.every((field) => (event[field]?.length ?? 0) <= mostCharacters[field]) &&
    event.steps.length <= mostSteps &&
    event.steps.every(({ error = '', step }) => Math.max(step.length, error.length) <= mostStepCharacters)
  )
}

function boundedSteps(steps: BootEvent['steps']): BootEvent['steps'] {
  return steps.slice(-mostSteps).map(({ error, step, ...rest }) => ({
    step: cut(step, mostStepCharacters),
    ...rest,
    ...(error !== undefined && { error: cut(error, mostStepCharacters) }),
  }))
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters).toWellFormed()
}
