import { useState } from 'preact/hooks'
import type { Boot } from '../../../../src/model/boots.ts'
import type { ApiFailure } from '../../api/ask.ts'
import { seconds, time, utc } from '../../format.ts'
import { Badge } from '../../parts/badge.tsx'
import { BootDetails } from '../../parts/boot-details.tsx'
import { Empty, Loading } from '../../parts/empty.tsx'
import { verdictTone } from '../../parts/verdict-tone.ts'

interface BootHistoryProps {
  boots: readonly Boot[]
  loaded: boolean
  areKept: boolean
  failure: ApiFailure | undefined
}

/** The node's boots, newest first; they go on while one looks. */
export function BootHistory({ boots, loaded, areKept, failure }: BootHistoryProps) {
  return (
    <section class="panel" aria-labelledby="boots-title">
      <div class="panel-head">
        <h2 id="boots-title">Its boots</h2>
      </div>
      {boots.length === 0 && !loaded && <Loading failure={failure} />}
      {boots.length === 0 && loaded && (
        <Empty title={areKept ? 'It has not asked yet.' : 'Boots are not kept.'}>
          <p>
            {areKept ? (
              'Switch it on: its boot appears here with the first request.'
            ) : (
              <>
                Set <code>[bootring]boot_events = True</code> and restart.
              </>
            )}
          </p>
        </Empty>
      )}
      {boots.map((boot, index) => (
        <PastBoot key={boot.id} boot={boot} opensAtFirst={index === 0} />
      ))}
    </section>
  )
}

/** The newest is open when it comes. After that it stays as whoever reads wants it, though newer ones come. */
function PastBoot({ boot, opensAtFirst }: { boot: Boot; opensAtFirst: boolean }) {
  const [open, setOpen] = useState(opensAtFirst)
  return (
    <details class="boot" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <time dateTime={new Date(boot.begun_at).toISOString()} title={utc(boot.begun_at)}>
          {time(boot.begun_at)}
        </time>
        <Badge tone={verdictTone(boot.verdict)} text={boot.verdict} />
        {boot.steps.length > 1 && <span class="muted">took {seconds((boot.last_at - boot.begun_at) / 1000)}</span>}
      </summary>
      <BootDetails boot={boot} />
    </details>
  )
}
