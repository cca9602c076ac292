import type {
  BootEventFilter,
  BootEventStore,
  BootMinute,
  EventBatch,
  StoredBootEvent,
} from '../../src/model/boot-events.ts'
import { unpackEvents } from '../../src/model/packed-events.ts'

/** Events in memory. */
export class MemoryBootEvents implements BootEventStore {
  readonly all: StoredBootEvent[] = []
  /** What was read so far: how many questions, and how many rows they gave. */
  reads = 0
  rows = 0

  async append({ bytes }: EventBatch): Promise<void> {
    for (const event of unpackEvents(bytes)) this.all.push({ ...event, id: (this.all.at(-1)?.id ?? 0) + 1 })
  }

  async events(filter: BootEventFilter, limit: number): Promise<StoredBootEvent[]> {
    const found = this.all.filter((event) => fits(event, filter))
    const rows = (filter.after === undefined ? found.reverse() : found).slice(0, limit)
    this.reads += 1
    this.rows += rows.length
    return rows
  }

  async minutes(since: number): Promise<BootMinute[]> {
    const asked = this.all.filter(({ at, kind }) => kind === 'script' && at >= since)
    const byMinute = Map.groupBy(asked, ({ at }) => Math.floor(at / 60_000) * 60_000)
    return [...byMinute].map(([at, events]) => {
      const count = (outcome: string) => events.filter((event) => event.outcome === outcome).length
      const refused = events.filter(({ code }) => code !== null)
      return {
        at,
        served: count('served'),
        refused: count('refused'),
        unavailable: count('unavailable'),
        p50_milliseconds: null,
        p99_milliseconds: null,
        reasons: Object.fromEntries(
          [...Map.groupBy(refused, ({ code }) => code ?? '')].map(([code, all]) => [code, all.length]),
        ),
      }
    })
  }

  async servedNodes(since: number): Promise<string[]> {
    const served = this.all.filter(({ at, kind, outcome }) => at >= since && kind === 'script' && outcome === 'served')
    return [...new Set(served.flatMap(({ node_uuid }) => node_uuid ?? []))]
  }

  async prune(before: number): Promise<number> {
    const keep = this.all.filter(({ at }) => at >= before)
    return this.all.splice(0, this.all.length, ...keep).length - keep.length
  }

  async trim(limit: number): Promise<number> {
    return this.all.splice(0, Math.max(0, this.all.length - limit)).length
  }

  async close(): Promise<void> {}
}

function fits(event: StoredBootEvent, filter: BootEventFilter): boolean {
  const { after, before, client, kinds, mac, node_uuid, since, until } = filter
  return (
    (node_uuid === undefined || event.node_uuid === node_uuid) &&
    (mac === undefined || event.mac === mac) &&
    (client === undefined || event.client === client) &&
    (kinds?.includes(event.kind) ?? true) &&
    (since === undefined || event.at >= since) &&
    (until === undefined || event.at < until) &&
    (after === undefined || event.id > after) &&
    (before === undefined || event.id < before)
  )
}
