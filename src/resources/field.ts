import { BootringError } from '../model/errors.ts'
import type { ValueType } from './value-type.ts'

/** A field of a resource, as the REST API has it. */
export interface Field<T = unknown> {
  /** Minor of the microversion that brought it. */
  readonly since: number
  readonly type: ValueType<T>
  readonly description: string
  /** May be given when the resource is created. */
  readonly create?: true
  /** May be patched. */
  readonly patch?: true
  /** Lists may be sorted by it. */
  readonly sort?: true
  /** In lists that ask for nothing. */
  readonly short?: true
}

/** The fields of a resource by name, with what each holds. */
export type Fields<T> = { readonly [K in keyof T]: Field<T[K]> }

/** Names of the fields that a version knows and for which `picked` holds. */
export function fieldNames<T>(
  fields: Fields<T>,
  minor: number,
  picked: (field: Field) => boolean = () => true,
): (keyof T & string)[] {
  return keysOf(fields).filter((name) => fields[name].since <= minor && picked(fields[name]))
}

/** The keys of a table, which has no others. */
export function keysOf<T>(fields: Fields<T>): (keyof T & string)[] {
  return Object.keys(fields) as (keyof T & string)[]
}

/** What a request of an older version is told that asks for something newer. */
export function tooNew(name: string, since: number): BootringError {
  return new BootringError(
    'NotAcceptable',
    `Request not acceptable. The minimal required API version for ${name} should be 1.${since}`,
  )
}
