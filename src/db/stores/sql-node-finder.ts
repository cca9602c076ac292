import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely'
import { canonicalUuidOf, isCanonicalUuid } from '../../model/canonical-uuid.ts'
import { parseMac } from '../../model/mac.ts'
import { type FoundNode, meaningsOf, type NodeFinder, type NodeSearch } from '../../model/node-finder.ts'
import type { Engine } from '../engines/engine.ts'
import { chunks } from '../fleet/chunks.ts'
import type { NodesTable, Tables } from '../tables.ts'

/** All that is read of `nodes` here. */
export const finderColumns = [
  'id',
  'uuid',
  'name',
  'driver',
  'conductor_group',
  'provision_state',
  'maintenance',
  'last_error',
] as const satisfies readonly (keyof NodesTable)[]

type NodeRow = Pick<Selectable<NodesTable>, (typeof finderColumns)[number]>

/** Finds nodes in our database and in Ironic's. */
export class SqlNodeFinder implements NodeFinder {
  readonly #db: Kysely<Tables>

  constructor(engine: Pick<Engine, 'read'>) {
    this.#db = engine.read
  }

  async find({ afterId, provisionState, text = '' }: NodeSearch, limit: number): Promise<FoundNode[]> {
    // No row has them, and PostgreSQL takes none in a question.
    if (`${text}${provisionState}`.includes('\0')) return []
    let query = this.#select().orderBy('id').limit(limit)
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
      .select(['provision_state', (eb) => eb.fn.countAll<number | string | bigint>().as('nodes')])
      .groupBy('provision_state')
      .execute()
    return rows.map((row) => ({ provisionState: row.provision_state, nodes: Number(row.nodes) }))
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
    maintenance: Boolean(row.maintenance),
    lastError: row.last_error,
  }
}
