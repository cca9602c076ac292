import { type CompiledQuery, Kysely } from 'kysely'
import type { SqliteAddress } from '../connection-url.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { ForeignFile } from '../sqlite/foreign-file.ts'
import { nodeSqliteDialect } from '../sqlite/node-sqlite-dialect.ts'
import type { Tables } from '../tables.ts'
import type { Translate } from '../translate.ts'
import { translating } from '../translating-dialect.ts'
import type { Engine, Lookup } from './engine.ts'

/** Opens another program's file to read it, and nothing else: `write` and `migrate` are refused by SQLite. */
export function openForeignSqliteEngine(address: SqliteAddress, translate: Translate): Engine {
  const file = open(address.path, translate)
  const db = new Kysely<Tables>({ dialect: translating(nodeSqliteDialect(file), translate) })
  return {
    dialect: sqlite,
    read: db,
    write: db,
    prompt: db,
    migrate: db,
    prepare<Row>(query: CompiledQuery<Row>): Lookup<Row> {
      return async (...parameters) => {
        try {
          return await file.run(() => file.get(query.sql).get(...parameters) as Row | undefined)
        } catch (error) {
          throw translate(error)
        }
      }
    },
    async close() {
      file.close()
    },
  }
}

function open(path: string, translate: Translate): ForeignFile {
  try {
    return new ForeignFile(path)
  } catch (error) {
    throw translate(error)
  }
}
