import { BootringError } from '../../src/model/errors.ts'
import type {
  ListedPort,
  ListedPortgroup,
  ManagementReader,
  NodeFilter,
  PageQuery,
  PortFilter,
  PortgroupFilter,
} from '../../src/model/management-stores.ts'
import type { HistoryRecord, InventoryRecord, NodeRecord } from '../../src/model/records.ts'

/** Rows in memory, as far as the API's tests ask for them: no filters but the simplest. */
export class FakeReader implements ManagementReader {
  readonly allNodes: NodeRecord[] = []
  readonly allPorts: ListedPort[] = []
  readonly allPortgroups: ListedPortgroup[] = []
  readonly nodeTraits = new Map<number, string[]>()
  readonly events: HistoryRecord[] = []
  readonly inventories = new Map<number, InventoryRecord>()
  readonly allOffers: Awaited<ReturnType<ManagementReader['offers']>> = []
  /** What the last list was asked for. */
  filter: NodeFilter | undefined
  page: PageQuery | undefined
  columns: readonly (keyof NodeRecord)[] | undefined

  async node(ident: string) {
    return this.allNodes.find(({ name, uuid }) => uuid === ident || name === ident)
  }
  async nodeById(id: number) {
    return this.allNodes.find((node) => node.id === id)
  }
  async nodes(filter: NodeFilter, page: PageQuery, columns?: readonly (keyof NodeRecord)[]) {
    this.filter = filter
    this.page = page
    this.columns = columns
    const { instance_uuid, provision_states } = filter
    const nodes = this.allNodes
      .filter((node) => instance_uuid === undefined || node.instance_uuid === instance_uuid)
      .filter((node) => provision_states?.includes(node.provision_state ?? '') ?? true)
    return pageOf(nodes, page)
  }
  async port(ident: string) {
    return this.allPorts.find(({ address, uuid }) => uuid === ident || address === ident)
  }
  async ports({ addresses, node_id, portgroup_id }: PortFilter, page: PageQuery) {
    const ports = this.allPorts
      .filter((port) => addresses?.includes(port.address) ?? true)
      .filter((port) => node_id === undefined || port.node_id === node_id)
      .filter((port) => portgroup_id === undefined || port.portgroup_id === portgroup_id)
    return pageOf(ports, page)
  }
  async portgroup(ident: string) {
    return this.allPortgroups.find(({ name, uuid }) => uuid === ident || name === ident)
  }
  async portgroups({ node_id }: PortgroupFilter, page: PageQuery) {
    return pageOf(
      this.allPortgroups.filter((portgroup) => node_id === undefined || portgroup.node_id === node_id),
      page,
    )
  }
  async traits(nodeIds: readonly number[]) {
    return new Map([...this.nodeTraits].filter(([id]) => nodeIds.includes(id)))
  }
  async history(nodeId: number, page: Omit<PageQuery, 'sortKey' | 'descending'>) {
    return pageOf(
      this.events.filter(({ node_id }) => node_id === nodeId),
      { ...page, sortKey: 'id', descending: false },
    )
  }
  async historyEntry(nodeId: number, uuid: string) {
    return this.events.find((entry) => entry.node_id === nodeId && entry.uuid === uuid)
  }
  async inventory(nodeId: number) {
    return this.inventories.get(nodeId)
  }
  async offers() {
    return this.allOffers
  }
}

function pageOf<T extends { uuid: string }>(all: readonly T[], { limit, marker }: PageQuery): T[] {
  const start = marker === undefined ? 0 : all.findIndex(({ uuid }) => uuid === marker) + 1
  if (marker !== undefined && start === 0) throw new BootringError('InvalidParameter', `no marker ${marker}`)
  return all.slice(start, start + limit)
}
