import { nearestName } from '../model/nearest-name.ts'
import type { Problems } from './problems.ts'
import type { Entry, MapValue } from './value.ts'

/** The path of a map's value: `nodes[3].extra.rack`, or `….extra["a b"]` where the key is no plain word. */
export function keyPath(path: string, key: string): string {
  if (/^[\w-]{1,64}$/.test(key)) return path === '' ? key : `${path}.${key}`
  return `${path}[${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}...` : key)}]`
}

/** The entries of a map without repeats, which are reported with both lines. */
export function uniqueEntries(map: MapValue, path: string, problems: Problems): Entry[] {
  const seen = new Map<string, Entry>()
  for (const entry of map.entries) {
    const first = seen.get(entry.key)
    if (first === undefined) seen.set(entry.key, entry)
    else
      problems.add(entry.at, keyPath(path, entry.key), `the key is there already, on line ${problems.line(first.at)}`)
  }
  return [...seen.values()]
}

/** The entries of a map in which only certain keys may stand; others are reported. */
export function knownEntries<K extends string>(
  map: MapValue,
  keys: readonly K[],
  path: string,
  problems: Problems,
): Partial<Record<K, Entry>> {
  const known: Partial<Record<K, Entry>> = {}
  for (const entry of uniqueEntries(map, path, problems)) {
    const key = keys.find((name) => name === entry.key)
    if (key !== undefined) {
      known[key] = entry
      continue
    }
    const meant = nearestName(entry.key, keys)
    const hint = meant === undefined ? `known are ${keys.join(', ')}` : `did you mean ${meant}?`
    problems.add(entry.at, keyPath(path, entry.key), `unknown key; ${hint}`)
  }
  return known
}
