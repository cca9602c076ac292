import type { ManagementReader, NodeFilter } from '../../model/management-stores.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'

export interface OwnNodesParts {
  hostname: string
  rings: Pick<FleetRings, 'owner'>
  management: Pick<ManagementReader, 'nodes'>
}

const pageSize = 500

/** The nodes that the ring gives this conductor, of those that the filter asks for. */
export class OwnNodes {
  readonly #parts: OwnNodesParts

  constructor(parts: OwnNodesParts) {
    this.#parts = parts
  }

  async *those(filter: NodeFilter): AsyncGenerator<NodeRecord> {
    const { hostname, management, rings } = this.#parts
    let after_id = 0
    while (true) {
      const page = await management.nodes(
        { ...filter, after_id },
        { limit: pageSize, sortKey: 'id', descending: false },
      )
      for (const node of page) {
        const { conductor_group: conductorGroup, driver, uuid } = node
        if ((await rings.owner({ uuid, driver, conductorGroup })) === hostname) yield node
      }
      after_id = page.at(-1)?.id ?? 0
      if (page.length < pageSize) return
    }
  }
}
