import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** `column in (…)`, also for none at all, which SQL has no words for. */
export function oneOf(column: string, values: readonly (string | number)[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join([...values])})`
}
