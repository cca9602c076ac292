import type { RingKey } from './node.ts'

/** What operators see of a node at a glance. */
export interface FoundNode extends RingKey {
  id: number
  name: string | null
  /** null is what old releases stored for `available`. */
  provisionState: string | null
  /** null: the default of its hardware type. */
  bootInterface: string | null
  maintenance: boolean
  lastError: string | null
}

/** Which nodes; all that is set must hold. */
export interface NodeSearch {
  /** Part of a name in any case, or the beginning of a UUID, or of a MAC in any notation. */
  text?: string | undefined
  provisionState?: string | undefined
  driver?: string | undefined
  bootInterface?: string | undefined
  maintenance?: boolean | undefined
  /** Whether their last error is still there. */
  withError?: boolean | undefined
  /** With a greater `id`: the next page. */
  afterId?: number | undefined
}

/** How many nodes have what they are told apart by. */
export interface NodeCounts {
  maintenance: number
  withError: number
  /** The most frequent first. */
  drivers: { name: string; nodes: number }[]
  bootInterfaces: { name: string; nodes: number }[]
}

/** Finding nodes and counting them, for operators: never on the way of a machine that boots. */
export interface NodeFinder {
  /** In id order: `limit` of them at most. */
  find(search: NodeSearch, limit: number): Promise<FoundNode[]>
  /** By canonical UUID, or by name. */
  one(ident: string): Promise<FoundNode | undefined>
  /** The addresses of these nodes' ports, sorted, by the node's `id`. */
  macs(nodeIds: readonly number[]): Promise<Map<number, string[]>>
  /** How many nodes are in each state. */
  states(): Promise<{ provisionState: string | null; nodes: number }[]>
  /** A walk through the whole table, where `states` needs an index alone. */
  counts(): Promise<NodeCounts>
}

/** What a search text may be besides a part of a name. */
export interface TextMeanings {
  /** The beginning of a canonical UUID. */
  uuidPrefix?: string
  /** The beginning of a MAC as it is stored. */
  macPrefix?: string
}

/** Reads a search text in every notation that people copy UUIDs and MACs in: `52:54`, `52-54`, `5254.00`, `5254`. */
export function meaningsOf(text: string): TextMeanings {
  const digits = text.toLowerCase()
  const meanings: TextMeanings = {}
  if (/^[0-9a-f-]+$/.test(digits)) {
    const plain = digits.replaceAll('-', '')
    const groups = [8, 12, 16, 20].map((end, index) => plain.slice([0, 8, 12, 16][index], end))
    const canonical = [...groups, plain.slice(20)].filter((group) => group !== '').join('-')
    // Hyphens stand where UUIDs have them, or nowhere.
    if (plain.length <= 32 && [plain, canonical, `${canonical}-`].includes(digits)) meanings.uuidPrefix = canonical
  }
  const pairs = /^(?:[0-9a-f]{2}([:-]))?(?:[0-9a-f]{2}\1)*[0-9a-f]{0,2}$/.test(digits)
  const fours = /^(?:[0-9a-f]{4}\.){1,2}[0-9a-f]{0,4}$/.test(digits)
  const plain = digits.replace(/[:.-]/g, '')
  if ((pairs || fours || /^[0-9a-f]+$/.test(digits)) && plain !== '' && plain.length <= 12)
    meanings.macPrefix = (plain.match(/.{1,2}/g) ?? []).join(':')
  return meanings
}
