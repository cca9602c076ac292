import type { BootEventFilter, BootEventReader, StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot, BootVerdict } from '../../model/boots.ts'
import { fileRole } from './boot-files.ts'
import { BootJoin } from './boot-join.ts'
import { agentPauseMilliseconds, clockSkewMilliseconds, newBootPauseMilliseconds } from './patience.ts'
import { withRelatives } from './relatives.ts'
import { type Sight, seesAll } from './sight.ts'
import type { BootWithEvents } from './to-boot.ts'

/** Which boots; all that is set must hold. */
export interface BootQuery {
  node_uuid?: string | undefined
  mac?: string | undefined
  client?: string | undefined
  verdict?: BootVerdict | undefined
  /** Begun at or after, in milliseconds since 1970. */
  since?: number | undefined
  /** Begun before. */
  until?: number | undefined
  /** Lower ids: the page before. */
  before?: number | undefined
}

export interface BootPage {
  /** Newest first. */
  boots: Boot[]
  /** What `before` is for the next page; null where there is none. */
  next: number | null
}

/** A page is made of so many events at most, whatever is asked for. */
const eventsAtOnce = 1000
const mostReads = 10
/** How much of what came after the cut is looked at, for boots that had begun before it. */
const mostAfterCut = 2000

/**
 * A page of boots, newest first, made of a bounded number of events. Where these were too few to fill it, it is shorter,
 * or even empty, and `next` goes on. Throws `DatabaseUnavailable`.
 */
export async function readBoots(
  reader: BootEventReader,
  query: BootQuery,
  limit: number,
  now: number,
  sight: Sight = seesAll,
): Promise<BootPage> {
  const { before, client, mac, node_uuid, since, until } = query
  const isSeeded = node_uuid !== undefined || mac !== undefined || client !== undefined
  const filter: BootEventFilter = {
    ...(node_uuid !== undefined && { node_uuid }),
    ...(mac !== undefined && { mac }),
    ...(client !== undefined && { client }),
  }
  const events = await eventsAfterCut(reader, filter, query)
  const join = new BootJoin(sight)
  join.take(events)
  let lowest = before
  for (let reads = 1; ; reads++) {
    const more = await reader.events(
      { ...filter, ...(until !== undefined && { until }), ...(lowest !== undefined && { before: lowest }) },
      eventsAtOnce,
    )
    events.push(...more)
    const bottom = more.at(-1)
    lowest = bottom?.id ?? lowest
    const isAll = more.length < eventsAtOnce || (bottom !== undefined && isFarBefore(bottom, since))
    const isLast = isAll || reads === mostReads
    join.take(isSeeded ? await withRelatives(reader, events) : more)
    join.changes(now)
    const oldest = isAll ? Number.NEGATIVE_INFINITY : (bottom?.at ?? Number.NEGATIVE_INFINITY)
    const candidates = join.timeline().boots.filter(({ boot }) => before === undefined || boot.id < before)
    const whole = candidates.filter((one) => isWhole(one, oldest))
    // So many events were one boot: better a boot without its beginning than none at all.
    const shown = isLast && whole.length === 0 ? candidates : whole
    const wanted = shown.filter((one) => isWanted(one, query)).map(({ boot }) => boot)
    if (wanted.length > limit || (isLast && wanted.length === limit && !isAll)) {
      const boots = wanted.slice(0, limit)
      return { boots, next: boots.at(-1)?.id ?? null }
    }
    if (isAll) return { boots: wanted, next: null }
    if (isLast) return { boots: wanted, next: whole.at(-1)?.boot.id ?? lowest ?? null }
  }
}

/** What came after the cut of this page, for boots that had begun before it. */
async function eventsAfterCut(
  reader: BootEventReader,
  filter: BootEventFilter,
  { before, until }: BootQuery,
): Promise<StoredBootEvent[]> {
  if (before === undefined && until === undefined) return []
  const [pivot] = before === undefined ? [] : await reader.events({ before: before + 1 }, 1)
  const cut = Math.min(pivot?.at ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(cut)) return []
  return await reader.events(
    {
      ...filter,
      after: before === undefined ? 0 : before - 1,
      ...(before === undefined && { since: cut }),
      until: cut + agentPauseMilliseconds,
    },
    mostAfterCut,
  )
}

/** Whether no event from before the oldest that was read can belong to the boot. */
function isWhole({ boot, events }: BootWithEvents, oldest: number): boolean {
  const [first] = events
  const begins = first?.kind === 'script' || (first?.kind === 'file' && fileRole(first.name) === 'root script')
  const pause = begins ? newBootPauseMilliseconds : agentPauseMilliseconds
  return boot.begun_at - oldest > pause + clockSkewMilliseconds
}

function isFarBefore(event: StoredBootEvent, since: number | undefined): boolean {
  return since !== undefined && event.at < since - agentPauseMilliseconds
}

function isWanted({ boot, events }: BootWithEvents, query: BootQuery): boolean {
  const { client, mac, node_uuid, since, until, verdict } = query
  return (
    (node_uuid === undefined || boot.node_uuid === node_uuid) &&
    (mac === undefined || events.some((event) => event.mac === mac)) &&
    (client === undefined || events.some((event) => event.client === client)) &&
    (verdict === undefined || boot.verdict === verdict) &&
    (since === undefined || boot.begun_at >= since) &&
    (until === undefined || boot.begun_at < until)
  )
}
