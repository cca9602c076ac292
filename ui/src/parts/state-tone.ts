import type { Tone } from './mark.tsx'

/** `null` in the database: never enrolled by Ironic's own means, which counts as available. */
export function stateName(state: string | null): string {
  return state ?? 'available'
}

/** How a node in this provision state stands. Source of the names: Ironic. */
export function stateTone(state: string | null): Tone {
  const name = stateName(state)
  if (name === 'active') return 'ok'
  if (name === 'error' || name.endsWith('failed')) return 'bad'
  if (name.endsWith('hold')) return 'warn'
  if (name.endsWith('wait') || name === 'wait call-back') return 'wait'
  if (['available', 'manageable', 'enroll', 'rescue'].includes(name)) return 'idle'
  return 'busy'
}

/** From what needs a look to what is at rest. */
export const toneOrder: readonly Tone[] = ['bad', 'warn', 'wait', 'busy', 'ok', 'idle']
