import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { nodeSqliteDialect } from '../sqlite/node-sqlite-dialect.ts'
import { StatementCache } from '../sqlite/statement-cache.ts'
import { IronicConductorReader } from './ironic-conductor-reader.ts'
import type { IronicTables } from './ironic-tables.ts'

const beforeSqliteCase = '4dbec778866e'
const withSqliteCase = 'd163df1bab88'

/** Three conductors: heard from 12 s ago, a millisecond before that, and never; and one that has said good-bye. */
function aReader({ head, onSqlite }: { head: string; onSqlite: boolean }): IronicConductorReader {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  database.exec(`
    create table alembic_version (version_num text);
    create table conductors (id integer, hostname text, conductor_group text, online integer, updated_at text);
    create table conductor_hardware_interfaces (conductor_id integer, hardware_type text);
    insert into alembic_version values ('${head}');
    insert into conductors values (1, 'a-exact', 'Rack1', 1, '2025-01-31 12:00:00.000000'),
      (2, 'b-late', '', 1, '2025-01-31 11:59:59.999000'), (3, 'c-never', '', 1, null),
      (4, 'd-offline', '', 0, '2025-01-31 12:00:12.000000')`)
  const db = new Kysely<IronicTables>({ dialect: nodeSqliteDialect(new StatementCache(database)) })
  return new IronicConductorReader(db, onSqlite, () => Date.UTC(2025, 0, 31, 12, 0, 12))
}

const alive = async (reader: IronicConductorReader, timeout: number) =>
  (await reader.conductors(timeout)).filter((one) => one.alive).map(({ hostname }) => hostname)

it('takes the last moment for alive, and writes groups in lower case', async () => {
  const reader = aReader({ head: withSqliteCase, onSqlite: false })
  expect(await alive(reader, 12)).toEqual(['a-exact'])
  expect((await reader.conductors(12))[0]?.conductorGroup).toBe('rack1')
  expect(await alive(reader, 13)).toEqual(['a-exact', 'b-late'])
})

it('asks for online alone on SQLite or without a time-out, from the release on that does', async () => {
  const online = ['a-exact', 'b-late', 'c-never']
  expect(await alive(aReader({ head: withSqliteCase, onSqlite: true }), 12)).toEqual(online)
  expect(await alive(aReader({ head: withSqliteCase, onSqlite: false }), 0)).toEqual(online)
  expect(await alive(aReader({ head: beforeSqliteCase, onSqlite: true }), 12)).toEqual(['a-exact'])
  expect(await alive(aReader({ head: beforeSqliteCase, onSqlite: true }), 0)).toEqual([])
})
