import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely'
import { canonicalUuidOf, isCanonicalUuid } from '../../model/canonical-uuid.ts'
import { parseMac } from '../../model/mac.ts'
import {
  type FoundNode,
  meaningsOf,
  type NodeCounts,
  type NodeFinder,
  type NodeSearch,
} from '../../model/node-finder.ts'
import type { Dialect } from '../dialects/dialect.ts'
import type { Engine } from '../engines/engine.ts'
import { chunks } from '../fleet/chunks.ts'
import type { NodesTable, Tables } from '../tables.ts'
import { filteredNodes } from './filtered-nodes.ts'

/** All that is read of `nodes` here. */
export const finderColumns = [
  'id',
  'uuid',
  'name',
  'driver',
  'conductor_group',
  'provision_state',
  'boot_interface',
  'maintenance',
  'last_error',
] as const satisfies readonly (keyof NodesTable)[]

/** As engines count. */
type Count = number | string | bigint

type NodeRow = Pick<Selectable<NodesTable>, (typeof finderColumns)[number]>

/** Finds nodes in our database and in Ironic's. */
export class SqlNodeFinder implements NodeFinder {
  readonly #db: Kysely<Tables>
  readonly #dialect: Dialect

  constructor(engine: Pick<Engine, 'dialect' | 'read'>) {
    this.#db = engine.read
    this.#dialect = engine.dialect
  }

  async find(search: NodeSearch, limit: number): Promise<FoundNode[]> {
    const { afterId, bootInterface, driver, maintenance, provisionState, text = '', withError } = search
    // No row has them, and PostgreSQL takes none in a question.
    if ([text, provisionState, driver, bootInterface].join('').includes('\0')) return []
    const same = { ...(driver !== undefined && { driver }), ...(maintenance !== undefined && { maintenance }) }
    let query = filteredNodes(this.#select().orderBy('id').limit(limit), same, this.#dialect)
    if (bootInterface !== undefined) query = query.where('boot_interface', '=', bootInterface)
    if (withError !== undefined) query = query.where('last_error', withError ? 'is not' : 'is', null)
    if (afterId !== undefined) query = query.where('id', '>', afterId)
    if (provisionState === 'available') {
      query = query.where((eb) => eb.or([eb('provision_state', '=', 'available'), eb('provision_state', 'is', null)]))
    } else if (provisionState !== undefined) query = query.where('provision_state', '=', provisionState)
    if (text === '') return (await query.execute()).map(toFound)
    // Whole addresses are found by their indexes alone; they are names of nodes only where nothing has them.
    const mac = parseMac(text)
    const uuid = mac === undefined ? canonicalUuidOf(text) : undefined
    let whole = uuid === undefined ? undefined : query.where('uuid', '=', uuid)
    if (mac !== undefined) whole = query.where('id', 'in', (eb) => withMac(eb, mac))
    const known = (await whole?.execute()) ?? []
    return (known.length > 0 ? known : await query.where((eb) => matches(eb, text)).execute()).map(toFound)
  }

  async one(ident: string): Promise<FoundNode | undefined> {
    const row = await this.#select()
      .where(isCanonicalUuid(ident) ? 'uuid' : 'name', '=', ident)
      .executeTakeFirst()
    return row && toFound(row)
  }

  async macs(nodeIds: readonly number[]): Promise<Map<number, string[]>> {
    const found = new Map<number, string[]>()
    for (const ids of chunks([...nodeIds])) {
      const rows = await this.#db
        .selectFrom('ports')
        .select(['node_id', 'address'])
        .where('node_id', 'in', ids)
        .orderBy('address')
        .execute()
      for (const { address, node_id } of rows) {
        if (node_id !== null) found.set(node_id, [...(found.get(node_id) ?? []), address])
      }
    }
    return found
  }

  async states(): Promise<{ provisionState: string | null; nodes: number }[]> {
    const rows = await this.#db
      .selectFrom('nodes')
      .select(['provision_state', (eb) => eb.fn.countAll<Count>().as('nodes')])
      .groupBy('provision_state')
      .execute()
    return rows.map((row) => ({ provisionState: row.provision_state, nodes: Number(row.nodes) }))
  }

  async counts(): Promise<NodeCounts> {
    const maintained = this.#dialect.boolean(true)
    const rows = await this.#db
      .selectFrom('nodes')
      .select([
        'driver',
        'boot_interface',
        (eb) => eb.fn.countAll<Count>().as('nodes'),
        (eb) =>
          eb.fn.sum<Count>(eb.case().when('maintenance', '=', maintained).then(1).else(0).end()).as('maintenance'),
        (eb) => eb.fn.count<Count>('last_error').as('errors'),
      ])
      .groupBy(['driver', 'boot_interface'])
      .execute()
    const sum = (of: readonly { nodes: Count }[]) => of.reduce((all, { nodes }) => all + Number(nodes), 0)
    const by = (column: 'driver' | 'boot_interface') =>
      [...Map.groupBy(rows, (row) => row[column])]
        .flatMap(([name, of]) => (name === null ? [] : [{ name, nodes: sum(of) }]))
        .sort((a, b) => b.nodes - a.nodes || (a.name < b.name ? -1 : 1))
    return {
      maintenance: rows.reduce((all, { maintenance }) => all + Number(maintenance), 0),
      withError: rows.reduce((all, { errors }) => all + Number(errors), 0),
      drivers: by('driver'),
      bootInterfaces: by('boot_interface'),
    }
  }

  #select() {
    return this.#db.selectFrom('nodes').select(finderColumns)
  }
}

type Nodes = ExpressionBuilder<Tables, 'nodes'>

function matches(eb: Nodes, text: string) {
  const { macPrefix, uuidPrefix } = meaningsOf(text)
  const part = `%${text.toLowerCase().replace(/[%_!]/g, '!$&')}%`
  const choices = [sql<boolean>`lower(${sql.ref('name')}) like ${part} escape '!'`]
  if (uuidPrefix !== undefined) choices.push(beginsWith('uuid', uuidPrefix))
  if (macPrefix === undefined) return eb.or(choices)
  const port = eb.selectFrom('ports').select('node_id').where('node_id', 'is not', null)
  return eb.or([...choices, eb('id', 'in', port.where(beginsWith('address', macPrefix)))])
}

function withMac(eb: Nodes, mac: string) {
  return eb.selectFrom('ports').select('node_id').where('address', '=', mac).where('node_id', 'is not', null)
}

/** By the column's index, whatever its collation: no hexadecimal digit, `-` or `:` comes after a `g`. */
function beginsWith(column: 'uuid' | 'address', prefix: string) {
  const name = sql.ref(column)
  return sql<boolean>`(${name} >= ${prefix} and ${name} < ${`${prefix}g`} and ${name} like ${`${prefix}%`})`
}

function toFound(row: NodeRow): FoundNode {
  return {
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    driver: row.driver ?? '',
    conductorGroup: row.conductor_group,
    provisionState: row.provision_state,
    bootInterface: row.boot_interface,
    maintenance: Boolean(row.maintenance),
    lastError: row.last_error,
  }
}
