/*
 * A fleet file once read, before it is checked: the same few shapes for YAML and JSON, each with its place in the text
 * (`at`, an offset), so that a problem found later can still name its line.
 */

export type Value = ScalarValue | ListValue | MapValue | UnusableValue

export interface ScalarValue {
  kind: 'scalar'
  at: number
  value: string | number | boolean | null
}

export interface ListValue {
  kind: 'list'
  at: number
  items: Value[]
}

export interface MapValue {
  kind: 'map'
  at: number
  /** In file order; may hold the same key twice, which the checker reports. */
  entries: Entry[]
}

export interface Entry {
  key: string
  at: number
  value: Value
}

/** Something that the file format allows and a fleet does not, e.g. a YAML set. */
export interface UnusableValue {
  kind: 'unusable'
  at: number
  problem: string
}

/** How deep values may be nested; nothing that describes a machine comes near it. */
export const maxDepth = 64
