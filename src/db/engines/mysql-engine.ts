import { type CompiledQuery, Kysely, MysqlDialect, type MysqlPool } from 'kysely'
import { createPool } from 'mysql2'
import type { ServerAddress } from '../connection-url.ts'
import { mysql } from '../dialects/mysql.ts'
import type { Tables } from '../tables.ts'
import type { Translate } from '../translate.ts'
import { translating } from '../translating-dialect.ts'
import { connectTimeoutSeconds, type Engine, type EngineOptions, type Lookup } from './engine.ts'
import { LookupGate } from './lookup-gate.ts'
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
      connectTimeout: connectTimeoutSeconds(options) * 1000,
      charset: 'utf8mb4',
      // Times stay text: they are naive UTC, and the driver would read them as local time.
      dateStrings: true,
    }),
    {
      timeoutSeconds: options.poolTimeoutSeconds,
      isMisled: mysql.takesNoWrites,
      firstStatement: options.readOnly ? 'set session transaction read only' : undefined,
    },
  )
  const { lookupTimeoutSeconds, maxPoolSize, poolTimeoutSeconds } = options
  const kysely = (pool: MysqlPool) =>
    new Kysely<Tables>({ dialect: translating(new MysqlDialect({ pool }), translate) })
  const db = kysely(pool.forKysely(poolTimeoutSeconds))
  const gate = new LookupGate({
    atOnce: maxPoolSize,
    timeoutSeconds: lookupTimeoutSeconds,
    translate,
    onSilence: () => pool.discardIdle(),
  })
  return {
    dialect: mysql,
    read: db,
    write: db,
    prompt: kysely(pool.forKysely(lookupTimeoutSeconds)),
    migrate: kysely(pool.withoutDeadlines()),
    prepare<Row>(query: CompiledQuery<Row>): Lookup<Row> {
      return (...parameters) =>
        gate.run(
          async (milliseconds) => (await pool.queryFirst(query.sql, parameters, milliseconds)) as Row | undefined,
        )
    },
    figures: () => ({
      connections: pool.connections,
      waiting: { lookups: gate.waiting, others: pool.waiting },
      silent: gate.isSilent,
    }),
    close: () => pool.close(),
  }
}
