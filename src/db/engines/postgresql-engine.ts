import { type CompiledQuery, Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely'
import pg from 'pg'
import type { Logger } from '../../observe/logger.ts'
import type { ServerAddress } from '../connection-url.ts'
import { postgresql } from '../dialects/postgresql.ts'
import type { Tables } from '../tables.ts'
import type { Translate } from '../translate.ts'
import { translating } from '../translating-dialect.ts'
import { boundedPostgresqlPool } from './bounded-postgresql-pool.ts'
import { connectTimeoutSeconds, type Engine, type EngineOptions, farewellSeconds, type Lookup } from './engine.ts'
import { LookupGate } from './lookup-gate.ts'
import { withPoolerAdvice } from './pooler-refusal.ts'
import { PostgresqlClients } from './postgresql-clients.ts'
import { preparedLookup } from './prepared-lookup.ts'
import { tlsOptions } from './tls-options.ts'

const timestampOid = 1114

/** Opens a pool; connects when first asked. */
export function openPostgresqlEngine(
  address: ServerAddress,
  options: EngineOptions,
  translateAny: Translate,
  logger: Logger | undefined,
): Engine {
  const translate: Translate = options.readOnly ? (error) => translateAny(withPoolerAdvice(error)) : translateAny
  const tls = address.tls
  const connection = {
    host: address.socket ?? address.host ?? 'localhost',
    port: address.port ?? 5432,
    database: address.database,
    ...(address.user === undefined ? {} : { user: address.user }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(tls && {
      ssl: { ...tlsOptions(tls), ...(tls.verifyHostName ? {} : { checkServerIdentity: () => undefined }) },
    }),
    keepAlive: true,
    application_name: 'bootring',
    // Part of the connection's beginning, so that no statement need be sent for it.
    ...(options.readOnly && { options: '-c default_transaction_read_only=on' }),
    // Times stay text: the driver would read them as local time.
    types: {
      getTypeParser: (oid, format) => (oid === timestampOid ? asText : pg.types.getTypeParser(oid, format)),
    },
  } satisfies pg.ClientConfig
  const pool = new pg.Pool({
    max: options.maxPoolSize,
    // For a free connection. The pool would give a connection that is being made the same time, and its place meanwhile.
    connectionTimeoutMillis: options.poolTimeoutSeconds * 1000,
    idleTimeoutMillis: 60_000,
    Client: class extends pg.Client {
      constructor() {
        super({ ...connection, connectionTimeoutMillis: connectTimeoutSeconds(options) * 1000 })
      }
    },
  })
  const clients = new PostgresqlClients(pool)
  // An idle connection broke: the pool has dropped it and makes a new one when needed.
  pool.on('error', (error) => logger?.debug({ err: error }, 'idle database connection lost'))
  // One in use broke. Whoever uses it hears of that by its query; but an event without a listener would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => logger?.debug({ err: error }, 'database connection lost'))
  })
  const kysely = (pool: PostgresPool) =>
    new Kysely<Tables>({ dialect: translating(new PostgresDialect({ pool }), translate) })
  const discardIdle = () => clients.discardIdle()
  const bounded = (timeoutSeconds: number) =>
    kysely(boundedPostgresqlPool(pool, { timeoutSeconds, isMisled: postgresql.takesNoWrites, onMisled: discardIdle }))
  const { lookupTimeoutSeconds, maxPoolSize, poolTimeoutSeconds } = options
  const gate = new LookupGate({
    atOnce: maxPoolSize,
    timeoutSeconds: lookupTimeoutSeconds,
    translate,
    onSilence: discardIdle,
  })
  const db = bounded(poolTimeoutSeconds)
  return {
    dialect: postgresql,
    read: db,
    write: db,
    prompt: bounded(lookupTimeoutSeconds),
    migrate: kysely(pool),
    prepare<Row>(query: CompiledQuery<Row>): Lookup<Row> {
      return preparedLookup<Row>(pool, query.sql, gate)
    },
    async refusesWrites() {
      const setting = sql<{ value: string }>`select current_setting('default_transaction_read_only') as value`
      return (await setting.execute(db)).rows[0]?.value === 'on'
    },
    figures: () => ({
      connections: { busy: pool.totalCount - pool.idleCount, idle: pool.idleCount },
      waiting: { lookups: gate.waiting, others: pool.waitingCount },
      silent: gate.isSilent,
    }),
    async close() {
      if (pool.ended) return
      // Connections that do not hear the farewell would keep the process alive.
      setTimeout(() => clients.discardAll(), farewellSeconds * 1000).unref()
      await pool.end()
    },
  }
}

function asText(value: string): string {
  return value
}
