import type { Boot } from '../../../../src/model/boots.ts'
import { seconds, time } from '../../format.ts'
import { Badge } from '../../parts/badge.tsx'
import { BootReason } from '../../parts/boot-reason.tsx'
import { BootSteps } from '../../parts/boot-steps.tsx'
import { Empty, Loading } from '../../parts/empty.tsx'
import { verdictTone } from '../../parts/verdict-tone.ts'

const openAtFirst = 1

/** The node's boots, newest first; they go on while one looks. */
export function BootHistory({ boots, loaded, areKept }: { boots: readonly Boot[]; loaded: boolean; areKept: boolean }) {
  return (
    <section class="panel" aria-labelledby="boots-title">
      <div class="panel-head">
        <h2 id="boots-title">Its boots</h2>
      </div>
      {boots.length === 0 && !loaded && <Loading />}
      {boots.length === 0 && loaded && (
        <Empty title={areKept ? 'It has not asked yet.' : 'Boots are not kept.'}>
          <p>
            {areKept ? 'Switch it on: its boot appears here with the first request.' : 'Set [bootring]boot_events.'}
          </p>
        </Empty>
      )}
      {boots.map((boot, index) => (
        <details key={boot.id} class="boot" open={index < openAtFirst}>
          <summary>
            <time dateTime={new Date(boot.begun_at).toISOString()}>{time(boot.begun_at)}</time>
            <Badge tone={verdictTone(boot.verdict)} text={boot.verdict} />
            <span class="muted">{seconds((boot.last_at - boot.begun_at) / 1000)}</span>
          </summary>
          <BootReason boot={boot} />
          <BootSteps boot={boot} />
          <p class="muted asked-with">
            asked with {boot.mac ?? 'no known MAC'} from {boot.client ?? 'an unknown address'}
            {boot.conductor !== null && boot.conductor !== boot.owner && `, answered by ${boot.conductor}`}
          </p>
        </details>
      ))}
    </section>
  )
}
