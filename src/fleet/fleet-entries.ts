import { described } from './field-reader.ts'
import { knownEntries } from './map-entries.ts'
import type { Problems } from './problems.ts'
import { JsonSyntaxError, readJson } from './read-json.ts'
import { readYaml } from './read-yaml.ts'
import type { Value } from './value.ts'
import { yamlPieces } from './yaml-pieces.ts'

/** The entries of `nodes` in a JSON file. */
export function jsonEntries(text: string, problems: Problems): Value[] {
  if (text.trim() === '') {
    problems.add(0, '', 'the file is empty')
    return []
  }
  try {
    return nodesOf(readJson(text), problems)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    problems.add(error.at, '', error.message)
    return []
  }
}

/** The entries of `nodes` in a YAML file. */
export function yamlEntries(text: string, problems: Problems): Value[] {
  const before = problems.count
  const top = readYaml(text, (at, message) => problems.add(at, '', message))
  if (top !== undefined) return nodesOf(top, problems)
  if (problems.count === before) problems.add(0, '', 'the file is empty')
  return []
}

/**
 * The same for a long file in block style, a piece at a time, so that not all of it lies in memory at once. Yields nothing for
 * other files, and undefined when a piece can't be read on its own: whatever came before is then worthless.
 */
export function* yamlEntriesInPieces(text: string): Generator<Value[] | undefined> {
  for (const { text: piece, shift } of yamlPieces(text)) {
    let failed = false
    const top = readYaml(piece, () => {
      failed = true
    })
    const [entry, ...others] = top?.kind === 'map' ? top.entries : []
    if (failed || entry?.value.kind !== 'list' || others.length > 0) yield undefined
    else yield entry.value.items.map((item) => shifted(item, shift))
  }
}

function shifted(value: Value, by: number): Value {
  const at = value.at + by
  if (value.kind === 'list') return { ...value, at, items: value.items.map((item) => shifted(item, by)) }
  if (value.kind !== 'map') return { ...value, at }
  const entries = value.entries.map(({ key, at: keyAt, value: inner }) => ({
    key,
    at: keyAt + by,
    value: shifted(inner, by),
  }))
  return { ...value, at, entries }
}

function nodesOf(top: Value, problems: Problems): Value[] {
  if (top.kind !== 'map') {
    problems.add(top.at, '', `a map with the key nodes is needed, found ${described(top)}`)
    return []
  }
  const { nodes } = knownEntries(top, ['nodes'], '', problems)
  if (nodes === undefined) {
    problems.add(top.at, 'nodes', 'is missing; a fleet without nodes says nodes: []')
    return []
  }
  if (nodes.value.kind === 'list') return nodes.value.items
  const problem =
    nodes.value.kind === 'unusable' ? nodes.value.problem : `a list is needed, found ${described(nodes.value)}`
  problems.add(nodes.value.at, 'nodes', problem)
  return []
}
