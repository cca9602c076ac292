import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { type Entry, maxDepth, type Value } from './value.ts'

/** Whom to tell what is wrong. */
export type Report = (at: number, message: string) => void

const tooDeep = `nested more than ${maxDepth} levels deep`

/** Where the library's own words would puzzle an operator. */
const messages: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'only one YAML document is allowed',
  RESOURCE_EXHAUSTION: tooDeep,
}

/** Upper bound of what aliases may unfold to, however large the file is. */
const maxAliasedValues = 10_000_000

/**
 * Reads one YAML 1.2 document (merge keys included). Undefined when there is none, or none that can be read; what is wrong has
 * been reported then.
 */
export function readYaml(text: string, report: Report): Value | undefined {
  let document: ReturnType<typeof parseDocument<ParsedNode>>
  try {
    // Keys are checked for repeats by the fleet checker: the library's own check is quadratic.
    document = parseDocument<ParsedNode>(text, { merge: true, prettyErrors: false, uniqueKeys: false })
  } catch (error) {
    // The library is recursive: nesting by the thousand exhausts the stack, which it does not always notice itself.
    if (!(error instanceof RangeError)) throw error
    report(0, tooDeep)
    return undefined
  }
  // What is never closed is reported once for each level, all at the end.
  const reported = new Set<string>()
  for (const problem of [...document.errors, ...document.warnings]) {
    const message = messages[problem.code] ?? firstLine(problem.message)
    const key = `${problem.pos[0]} ${message}`
    if (!reported.has(key)) report(problem.pos[0], message)
    reported.add(key)
  }
  if (document.errors.length + document.warnings.length > 0) return undefined
  if (document.contents === null) return undefined
  return new Converter(text.length).convert(document.contents, 0)
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message
}

interface Anchored {
  value: Value
  /** How many values it unfolds to. */
  size: number
}

/** From the library's nodes to values. An anchored value is converted once and shared, so aliases cost nothing here. */
class Converter {
  readonly #anchors = new Map<string, Anchored>()
  readonly #aliasBudget: number
  #size = 0
  #aliased = 0

  constructor(textLength: number) {
    // Lets every node of a long file merge the same defaults, and stops aliases of aliases of aliases early.
    this.#aliasBudget = Math.min(100_000 + 4 * textLength, maxAliasedValues)
  }

  convert(node: Node | null, depth: number, at = 0): Value {
    const before = this.#size
    this.#size += 1
    const value = this.#converted(node, depth, at)
    if (node !== null && !isAlias(node) && 'anchor' in node && typeof node.anchor === 'string') {
      this.#anchors.set(node.anchor, { value, size: this.#size - before })
    }
    return value
  }

  #converted(node: Node | null, depth: number, keyAt: number): Value {
    const at = node?.range?.[0] ?? keyAt
    if (node === null) return { kind: 'scalar', at, value: null }
    if (depth > maxDepth) return { kind: 'unusable', at, problem: tooDeep }
    if (isAlias(node)) return this.#alias(node.source, at)
    // A set or an ordered map is a collection too; their tags make them something that JSON columns can't hold.
    if (node.tag !== undefined && /:(?:set|omap|pairs|binary|timestamp)$/.test(node.tag)) {
      return { kind: 'unusable', at, problem: `values of type ${node.tag.replace(/.*:/, '!!')} are not supported` }
    }
    if (isMap<Node, Node | null>(node)) return this.#map(node, depth, at)
    if (isSeq<Node>(node)) {
      return { kind: 'list', at, items: node.items.map((item) => this.convert(item, depth + 1, at)) }
    }
    return scalar(isScalar(node) ? node.value : node, at)
  }

  #alias(name: string, at: number): Value {
    const anchored = this.#anchors.get(name)
    if (anchored === undefined)
      return { kind: 'unusable', at, problem: `alias *${name}: no anchor of this name ends before it` }
    this.#size += anchored.size
    this.#aliased += anchored.size
    if (this.#aliased > this.#aliasBudget) {
      return { kind: 'unusable', at, problem: `aliases unfold to more than ${this.#aliasBudget} values` }
    }
    return { ...anchored.value, at }
  }

  #map(node: YAMLMap<Node, Node | null>, depth: number, at: number): Value {
    const entries: Entry[] = []
    const merged: Entry[] = []
    for (const { key, value } of node.items) {
      const keyAt = key?.range?.[0] ?? at
      const name = isScalar(key) ? key.value : undefined
      const converted = this.convert(value, depth + 1, keyAt)
      if (isMergeKey(name)) merged.push(...mergedEntries(converted, keyAt))
      else if (name === undefined || name === null) entries.push(unusableKey(keyAt))
      else entries.push({ key: String(name), at: keyAt, value: converted })
    }
    if (merged.length === 0) return { kind: 'map', at, entries }
    // What the map says itself wins, then what was merged first.
    const taken = new Set(entries.map((entry) => entry.key))
    for (const entry of merged) {
      if (taken.has(entry.key)) continue
      taken.add(entry.key)
      entries.push(entry)
    }
    return { kind: 'map', at, entries }
  }
}

function scalar(value: unknown, at: number): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') {
    return { kind: 'scalar', at, value }
  }
  return { kind: 'unusable', at, problem: 'values of this type are not supported' }
}

function unusableKey(at: number): Entry {
  return { key: '?', at, value: { kind: 'unusable', at, problem: 'a key must be a plain word' } }
}

/** With merge keys on, the library reads `<<` as a symbol. */
function isMergeKey(name: unknown): boolean {
  return name === '<<' || (typeof name === 'symbol' && name.description === '<<')
}

function mergedEntries(value: Value, at: number): Entry[] {
  if (value.kind === 'map') return value.entries
  if (value.kind === 'list' && value.items.every((item) => item.kind === 'map')) {
    return value.items.flatMap((item) => item.entries)
  }
  return [{ key: '<<', at, value: { kind: 'unusable', at, problem: 'only a map, or a list of maps, can be merged' } }]
}
