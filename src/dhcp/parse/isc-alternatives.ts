import type { IscCondition } from './isc-condition.ts'

export const unknown: IscCondition = { kind: 'unknown' }
export const always: IscCondition = { kind: 'or', left: { kind: 'ipxe' }, right: { kind: 'not', of: { kind: 'ipxe' } } }

/** One of several conditions holds. */
export interface Alternatives {
  condition: IscCondition
  count: number
}

/** Longer chains are not gone through. */
const maxBranches = 1000

export function orElse(before: Alternatives | undefined, condition: IscCondition): Alternatives {
  if (before === undefined) return { condition, count: 1 }
  const count = before.count + 1
  if (count > maxBranches) return { condition: unknown, count }
  return { condition: { kind: 'or', left: before.condition, right: condition }, count }
}

export const not = (of: IscCondition): IscCondition => ({ kind: 'not', of })
