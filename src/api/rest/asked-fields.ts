import { BootringError } from '../../model/errors.ts'
import { type Fields, fieldNames, keysOf } from '../../resources/field.ts'
import { requireVersion } from './microversion.ts'

/** Versions that brought `fields`, and `detail` of lists. */
const fieldsSince = 8
const detailSince = 43

export interface FieldsQuery {
  fields?: string[]
  detail?: boolean
}

/**
 * The fields that one resource is to be shown with; undefined: with all, and links to what belongs to it. Throws
 * `InvalidParameter` for those that there are not, `NotAcceptable` for those that came later.
 */
export function askedFields<T>(
  table: Fields<T>,
  { fields }: Pick<FieldsQuery, 'fields'>,
  microversion: number,
): string[] | undefined {
  if (fields === undefined || fields.length === 0) return undefined
  if (microversion < fieldsSince) throw new BootringError('NotAcceptable', 'Request not acceptable.')
  const known: Record<string, number> = { links: 1 }
  for (const name of keysOf(table)) known[name] = table[name].since
  refuseStrangers(fields, known)
  for (const name of fields) requireVersion(microversion, known[name] ?? 1)
  return fields
}

/** The same for the members of a list, which are shown in few fields unless more are asked for. */
export function askedListFields<T>(table: Fields<T>, query: FieldsQuery, microversion: number): string[] | undefined {
  const { detail, fields } = query
  if (detail !== undefined && microversion < detailSince)
    throw new BootringError('InvalidParameter', `Invalid query parameter ?detail=${detail} received.`)
  if (fields !== undefined && detail)
    throw new BootringError('InvalidParameter', 'Can not specify ?detail=True and fields in the same request.')
  if (detail) return undefined
  return askedFields(table, query, microversion) ?? fieldNames(table, microversion, ({ short }) => short === true)
}

/** Throws `InvalidParameter` for names that are not among the keys of an object. */
export function refuseStrangers(names: readonly string[], known: object): void {
  const strangers = names.filter((name) => !Object.hasOwn(known, name))
  if (strangers.length > 0)
    throw new BootringError('InvalidParameter', `Field(s) "${strangers.join(', ')}" are not valid`)
}
