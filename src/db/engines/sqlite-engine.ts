import { type CompiledQuery, Kysely } from 'kysely'
import type { SqliteAddress } from '../connection-url.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { nodeSqliteDialect } from '../sqlite/node-sqlite-dialect.ts'
import { openSqliteFile } from '../sqlite/sqlite-file.ts'
import { StatementCache } from '../sqlite/statement-cache.ts'
import { TurnSnapshot } from '../sqlite/turn-snapshot.ts'
import type { Tables } from '../tables.ts'
import type { Translate } from '../translate.ts'
import { translating } from '../translating-dialect.ts'
import type { Engine, Lookup } from './engine.ts'

/** Opens the file with two connections: readers see the last committed state while a transaction is under way. */
export async function openSqliteEngine(address: SqliteAddress, translate: Translate): Promise<Engine> {
  const writer = await openFile(address.path, 'write', translate)
  const reader = await openFile(address.path, 'read', translate)
  const snapshot = new TurnSnapshot(reader)
  const write = new Kysely<Tables>({
    dialect: translating(
      nodeSqliteDialect(new StatementCache(writer), () => snapshot.end()),
      translate,
    ),
  })
  const read = new Kysely<Tables>({
    dialect: translating(nodeSqliteDialect(new StatementCache(reader)), translate),
  })
  return {
    dialect: sqlite,
    read,
    write,
    prompt: read,
    migrate: write,
    prepare<Row>(query: CompiledQuery<Row>): Lookup<Row> {
      // Prepared at first use: the table may not be there yet.
      let statement: ReturnType<typeof reader.prepare> | undefined
      return async (...parameters) => {
        try {
          snapshot.begin()
          statement ??= reader.prepare(query.sql)
          return statement.get(...parameters) as Row | undefined
        } catch (error) {
          throw translate(error)
        }
      }
    },
    async close() {
      if (reader.isOpen) {
        snapshot.end()
        reader.close()
      }
      if (writer.isOpen) writer.close()
    },
  }
}

async function openFile(path: string, access: 'read' | 'write', translate: Translate) {
  try {
    return await openSqliteFile(path, access)
  } catch (error) {
    throw translate(error)
  }
}
