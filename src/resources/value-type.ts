import { BootringError } from '../model/errors.ts'

/** As much of JSON Schema as the fields' values are described with. */
export type JsonSchema = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly maxLength?: number
  readonly maxItems?: number
  readonly format?: string
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: boolean
  readonly required?: readonly string[]
  readonly description?: string
}

/** What a field may hold: how it is described, what stands there when nothing was given, and how a value is read. */
export interface ValueType<T> {
  readonly schema: JsonSchema
  readonly empty: T
  /** There has to be one: `empty` is never stored. */
  readonly required?: true
  /** The value as it is stored. Throws `InvalidParameter`, whose message names the field. */
  read(value: unknown, name: string): T
}

export const invalid = (message: string) => new BootringError('InvalidParameter', message)

/** A value as an error message shows it: short, and on one line. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
