import type { JsonObject } from '../model/node.ts'
import { quoted, type TextRule } from './check-text.ts'
import { toJsonObject } from './json-value.ts'
import { keyPath, knownEntries } from './map-entries.ts'
import type { Problems } from './problems.ts'
import type { Entry, ListValue, MapValue, Value } from './value.ts'

/**
 * Reads the fields of one map. A field that is missing or null is undefined; so is one that is wrong, which has been
 * reported then.
 */
export class FieldReader<K extends string> {
  readonly #path: string
  readonly #problems: Problems
  readonly #entries: Partial<Record<K, Entry>>
  readonly #at: number

  constructor(map: MapValue, keys: readonly K[], path: string, problems: Problems) {
    this.#path = path
    this.#problems = problems
    this.#at = map.at
    this.#entries = knownEntries(map, keys, path, problems)
  }

  /** Whether the map says anything for the key, right or wrong. */
  has(key: K): boolean {
    return this.#present(key) !== undefined
  }

  /** Reports the field when the map lacks it. */
  require(key: K, example: string): void {
    if (!this.has(key)) this.#problems.add(this.at(key), this.path(key), `is missing, e.g. ${key}: ${example}`)
  }

  text<T extends string>(key: K, rule: TextRule<T>): T | undefined {
    const value = this.#present(key)
    if (value === undefined) return undefined
    if (value.kind !== 'scalar' || typeof value.value !== 'string') {
      const hint = value.kind === 'scalar' ? ': put it in quotes' : ''
      return this.#wrong(key, value, `a string is needed, found ${described(value)}${hint}`)
    }
    const result = rule(value.value)
    return 'problem' in result ? this.#wrong(key, value, result.problem) : result.value
  }

  flag(key: K): boolean | undefined {
    const value = this.#present(key)
    if (value === undefined) return undefined
    if (value.kind === 'scalar' && typeof value.value === 'boolean') return value.value
    return this.#wrong(key, value, `true or false is needed, found ${described(value)}`)
  }

  object(key: K): JsonObject | undefined {
    const value = this.#present(key)
    if (value === undefined) return undefined
    if (value.kind === 'map') return toJsonObject(value, this.path(key), this.#problems)
    return this.#wrong(key, value, `a map is needed, found ${described(value)}`)
  }

  list(key: K): ListValue | undefined {
    const value = this.#present(key)
    if (value === undefined || value.kind === 'list') return value
    return this.#wrong(key, value, `a list is needed, found ${described(value)}`)
  }

  path(key: K): string {
    return keyPath(this.#path, key)
  }

  /** Where the field's value stands; the map's own place when the map lacks it. */
  at(key: K): number {
    return this.#value(key)?.at ?? this.#at
  }

  #value(key: K): Value | undefined {
    return this.#entries[key]?.value
  }

  #present(key: K): Value | undefined {
    const value = this.#value(key)
    return value?.kind === 'scalar' && value.value === null ? undefined : value
  }

  #wrong(key: K, value: Value, message: string): undefined {
    this.#problems.add(value.at, this.path(key), value.kind === 'unusable' ? value.problem : message)
    return undefined
  }
}

/** What stands in the file, in a few words. */
export function described(value: Value): string {
  if (value.kind === 'list') return 'a list'
  if (value.kind === 'map') return 'a map'
  if (value.kind === 'unusable') return 'something else'
  if (value.value === null) return 'nothing'
  return typeof value.value === 'string' ? quoted(value.value) : `the ${typeof value.value} ${value.value}`
}
