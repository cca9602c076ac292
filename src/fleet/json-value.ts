import type { JsonObject } from '../model/node.ts'
import { keyPath, uniqueEntries } from './map-entries.ts'
import type { Problems } from './problems.ts'
import type { MapValue, Value } from './value.ts'

/** C0, DEL, C1, and Unicode's own line and paragraph separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are looked for.
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** What makes `text` unfit for a fleet, or undefined. Values end up in boot scripts, where a line break starts a new command. */
function textProblem(text: string): string | undefined {
  const match = controlCharacters.exec(text)
  if (match) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `a line break or control character (U+${code}) is not allowed`
  }
  return text.isWellFormed() ? undefined : 'half of a surrogate pair is not allowed'
}

/** A free-form map as JSON columns hold it; every problem in it is reported. */
export function toJsonObject(map: MapValue, path: string, problems: Problems): JsonObject {
  const members: [string, unknown][] = []
  for (const { key, at, value } of uniqueEntries(map, path, problems)) {
    const problem = textProblem(key)
    if (problem) problems.add(at, keyPath(path, key), `in the key: ${problem}`)
    members.push([key, toJson(value, keyPath(path, key), problems)])
  }
  // Not by assignment: a key may be called __proto__.
  return Object.fromEntries(members)
}

function toJson(value: Value, path: string, problems: Problems): unknown {
  switch (value.kind) {
    case 'map':
      return toJsonObject(value, path, problems)
    case 'list':
      return value.items.map((item, index) => toJson(item, `${path}[${index}]`, problems))
    case 'unusable':
      problems.add(value.at, path, value.problem)
      return null
    case 'scalar': {
      const problem = scalarProblem(value.value)
      if (problem) problems.add(value.at, path, problem)
      return value.value
    }
  }
}

function scalarProblem(value: string | number | boolean | null): string | undefined {
  if (typeof value === 'string') return textProblem(value)
  if (typeof value !== 'number') return undefined
  if (!Number.isFinite(value)) return 'infinity and NaN are not allowed'
  // Stored as it stands, another number than the file's.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return 'the number is too large: put it in quotes'
  return undefined
}
