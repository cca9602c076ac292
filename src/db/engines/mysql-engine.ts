import { type CompiledQuery, Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import type { ServerAddress } from '../connection-url.ts'
import { mysql } from '../dialects/mysql.ts'
import type { Tables } from '../tables.ts'
import type { Translate } from '../translate.ts'
import { translating } from '../translating-dialect.ts'
import type { Engine, EngineOptions, Lookup } from './engine.ts'
import { PatientPool } from './patient-pool.ts'
import { tlsOptions } from './tls-options.ts'

/** Opens a pool; connects when first asked. */
export function openMysqlEngine(address: ServerAddress, options: EngineOptions, translate: Translate): Engine {
  const tls = address.tls
  const pool = new PatientPool(
    createPool({
      ...(address.socket === undefined
        ? { host: address.host ?? 'localhost', port: address.port ?? 3306 }
        : { socketPath: address.socket }),
      database: address.database,
      ...(address.user === undefined ? {} : { user: address.user }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(tls && { ssl: { ...tlsOptions(tls), verifyIdentity: tls.verifyCertificate && tls.verifyHostName } }),
      connectionLimit: options.maxPoolSize,
      connectTimeout: options.poolTimeoutSeconds * 1000,
      charset: 'utf8mb4',
      // Times stay text: they are naive UTC, and the driver would read them as local time.
      dateStrings: true,
    }),
    {
      timeoutSeconds: options.poolTimeoutSeconds,
      firstStatement: options.readOnly ? 'set session transaction read only' : undefined,
    },
  )
  const kysely = (deadlines: boolean) =>
    new Kysely<Tables>({ dialect: translating(new MysqlDialect({ pool: pool.forKysely({ deadlines }) }), translate) })
  const db = kysely(true)
  return {
    dialect: mysql,
    read: db,
    write: db,
    migrate: kysely(false),
    prepare<Row>(query: CompiledQuery<Row>): Lookup<Row> {
      return async (...parameters) => {
        try {
          return (await pool.queryFirst(query.sql, parameters)) as Row | undefined
        } catch (error) {
          throw translate(error)
        }
      }
    },
    close: () => pool.close(),
  }
}
