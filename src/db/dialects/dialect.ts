import type { ColumnDataType, CreateTableBuilder, IsolationLevel, RawBuilder, sql } from 'kysely'

/** What a driver's error means. `undefined` for one that is nobody's fault but ours. */
export type Failure =
  /** The database can't be reached, is shutting down, refuses us, is full, or was locked for too long. */
  | 'unavailable'
  /** A unique constraint is in the way. */
  | 'duplicate'
  /** This transaction lost against another one; the same again may well succeed. */
  | 'retry'
  /** A table or column is missing. */
  | 'schema'
  /** A value does not fit into its column. */
  | 'unfit'

/** Types of columns, as Ironic declares them on this engine. */
export interface ColumnTypes {
  boolean: ColumnDataType | ReturnType<typeof sql>
  time: ColumnDataType | ReturnType<typeof sql>
  longText: ColumnDataType | ReturnType<typeof sql>
}

/** All that differs between the engines. Stores and migrations ask this and nothing else. */
export interface Dialect {
  /** How a boolean is written. */
  boolean(value: boolean): boolean | number
  /** The database's clock in naive UTC, at the precision that its time columns have. */
  now(): RawBuilder<string>
  /** The same clock, so many seconds ago. */
  secondsAgo(seconds: number): RawBuilder<string>
  /** The end of an `insert` into a table with this key: where a row has it already, the new one's `column` is added to that row's. */
  addingTo(table: string, key: readonly string[], column: string): RawBuilder<unknown>
  /** A text column that is compared and sorted by its bytes, as on the other engines. */
  inByteOrder(column: RawBuilder<unknown>): RawBuilder<unknown>
  /** Whether an index on a text column has that order, unless told. */
  readonly indexesAreInByteOrder: boolean
  /** Isolation of writing transactions; undefined: the engine's own, which is then serial. */
  readonly isolationLevel: IsolationLevel | undefined
  /** Whether `select … for update` exists; without it a transaction is the only writer from its beginning. */
  readonly supportsRowLocks: boolean
  /**
   * The end of a `select` whose rows nobody may change before this statement's transaction ends; undefined where a
   * statement that writes keeps all others out.
   */
  readonly shareLock: RawBuilder<unknown> | undefined
  /**
   * Whether all migrations run in one transaction, which then is the lock against other hosts; otherwise the migrator
   * has a lock on the server.
   */
  readonly upgradesInOneTransaction: boolean
  readonly columnTypes: ColumnTypes
  /** How an automatic integer key is declared: a type, or a word after it. */
  readonly autoIncrement: 'serial' | 'auto_increment' | 'rowid'
  /** Whether indexes are part of `create table`, so that it is one step where DDL knows no transactions. */
  readonly indexesInCreateTable: boolean
  /** Engine and character set. */
  tableOptions<T extends string, C extends string>(table: CreateTableBuilder<T, C>): CreateTableBuilder<T, C>
  failure(error: unknown): Failure | undefined
  /**
   * Whether an error says that the server takes no writes: after a failover that is the old one, or the new one too early,
   * and the address may lead somewhere else meanwhile.
   */
  takesNoWrites(error: unknown): boolean
}
