import { textOf } from './isc-condition.ts'
import { type IscStatement, is } from './isc-statements.ts'

/** Of each class, what its subclasses name: they may stand after it. */
export type SubclassValues = ReadonlyMap<string, readonly string[]>

export function subclassValues(statements: readonly IscStatement[]): SubclassValues {
  const values = new Map<string, string[]>()
  const pending = [...statements]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [first, second, ...rest] = next.words
    if (is(first, 'subclass') && second !== undefined) {
      const ofClass = values.get(second.text) ?? []
      values.set(second.text, ofClass)
      ofClass.push(textOf(rest))
    } else for (const one of next.body ?? []) pending.push(one)
  }
  return values
}
