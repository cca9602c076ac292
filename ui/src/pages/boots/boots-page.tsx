import { useState } from 'preact/hooks'
import type { Boot } from '../../../../src/model/boots.ts'
import type { Overview } from '../../api/answers.ts'
import { useLiveBoots } from '../../api/use-live-boots.ts'
import { count, counted } from '../../format.ts'
import { Empty, Loading } from '../../parts/empty.tsx'
import { Mark } from '../../parts/mark.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { toneOrder } from '../../parts/state-tone.ts'
import { verdictTone } from '../../parts/verdict-tone.ts'
import { setQuery } from '../../route.ts'
import { BootList } from './boot-list.tsx'
import { NewsForReaders } from './news-for-readers.tsx'

const pageSize = 60

/** Boots of all machines, as they go on. */
export function BootsPage({
  query,
  overview,
}: {
  query: Readonly<Record<string, string>>
  overview: Overview | undefined
}) {
  const areKept = overview?.events.enabled
  const live = useLiveBoots(undefined, areKept)
  const [most, setMost] = useState(pageSize)
  const { verdict } = query
  const shown = verdict === undefined ? live.boots : live.boots.filter((boot) => boot.verdict === verdict)
  return (
    <>
      <PageHead title="Boots">
        {live.paused ? (
          'held still while you read'
        ) : live.stream === 'live' ? (
          <>
            <span class="pulse" aria-hidden="true" /> live
          </>
        ) : (
          'not connected, trying again'
        )}
        {overview !== undefined && overview.events.dropped > 0 && (
          <span class="tone-warn"> · {counted(overview.events.dropped, 'event')} dropped: some boots have gaps</span>
        )}
      </PageHead>
      <div class="toolbar">
        <button type="button" aria-pressed={live.paused} onClick={() => live.pause(!live.paused)}>
          {live.paused ? 'Go on' : 'Pause'}
          {live.held > 0 && ` (${count(live.held)} new)`}
        </button>
        <VerdictFilter boots={live.boots} chosen={verdict} />
      </div>
      <NewsForReaders boots={live.boots} />
      {shown.length > 0 ? (
        <BootList boots={shown.slice(0, most)} />
      ) : live.loaded || areKept === false ? (
        <NoBoots filtered={verdict !== undefined} areKept={areKept !== false} />
      ) : (
        <Loading failure={live.failure} />
      )}
      {shown.length > most && (
        <button type="button" class="more" onClick={() => setMost(most + pageSize)}>
          Show {Math.min(pageSize, shown.length - most)} more
        </button>
      )}
      {shown.length > 0 && shown.length <= most && (
        <p class="muted list-end">
          These are of the newest {counted(live.boots.length, 'boot')}. Older ones are on the page of each node, and{' '}
          <code>bootring boots</code> lists them all.
        </p>
      )}
    </>
  )
}

/** What needs a look first. */
function place(verdict: string): number {
  return toneOrder.indexOf(verdictTone(verdict as Boot['verdict']))
}

function VerdictFilter({ boots, chosen }: { boots: readonly Boot[]; chosen: string | undefined }) {
  const counts = new Map<Boot['verdict'] | string, number>(chosen === undefined ? [] : [[chosen, 0]])
  for (const { verdict } of boots) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return (
    <ul class="chips" aria-label="Verdicts">
      {[...counts]
        .sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
        .map(([verdict, number]) => (
          <li key={verdict}>
            <button
              type="button"
              class="chip"
              aria-pressed={chosen === verdict}
              onClick={() => setQuery({ verdict: chosen === verdict ? undefined : verdict }, 'push')}
            >
              <Mark tone={verdictTone(verdict as Boot['verdict'])} />
              {verdict} <strong>{count(number)}</strong>
            </button>
          </li>
        ))}
    </ul>
  )
}

function NoBoots({ filtered, areKept }: { filtered: boolean; areKept: boolean }) {
  if (!areKept) {
    return (
      <Empty title="Boots are not kept.">
        <p>
          Set <code>[bootring]boot_events = True</code> and restart.
        </p>
      </Empty>
    )
  }
  if (filtered) {
    return (
      <Empty title="None of the newest boots went like that.">
        <p>
          <button type="button" onClick={() => setQuery({ verdict: undefined })}>
            Show all
          </button>
        </p>
      </Empty>
    )
  }
  return (
    <Empty title="No machine has asked yet.">
      <p>
        Switch one on. It appears here with its first request; if it does not, see that DHCP sends it here:{' '}
        <code>bootring dhcp --help</code>.
      </p>
    </Empty>
  )
}
