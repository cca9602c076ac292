import { BootEventRecorder, strangersRation } from '../../events/boot-event-recorder.ts'
import { BootEventRetention } from '../../events/boot-event-retention.ts'
import type { BootEventReader, BootEventSink } from '../../model/boot-events.ts'
import { BootEventMetrics } from '../../observe/boot-event-metrics.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { Installation } from '../installation.ts'
import { openBootEvents } from './open-boot-events.ts'

/** What a process keeps boot events with. */
export interface BootEvents {
  readonly sink: BootEventSink
  readonly reader: BootEventReader
  /** How many events this process has kept since it started, and how many it had to drop. */
  counts(): { kept: number; dropped: number }
}

export interface BootEventsSetting {
  installation: Installation
  metrics: Pick<Metrics, 'registry'>
  log: Logger
}

type Cleanup = Pick<AsyncDisposableStack, 'defer'>

/** What is left when the process ends has so long. */
const farewellSeconds = 3

/**
 * Keeps boot events, as the options say, until the cleanup; undefined where none are kept. A store that is away is no
 * reason not to start. Call it before what records events: that has to stop first. Throws `ConfigInvalid`.
 */
export async function startBootEvents(
  { installation, log, metrics }: BootEventsSetting,
  cleanup: Cleanup,
): Promise<BootEvents | undefined> {
  const store = await openBootEvents(installation, log)
  if (store === undefined) return undefined
  cleanup.defer(() => store.close())
  const { boot_event_limit: limit, boot_event_queue: capacity, boot_event_retention } = installation.config.bootring
  const measured = new BootEventMetrics(metrics.registry, () => recorder.figures.waiting)
  const strangers = strangersRation(limit, boot_event_retention)
  const recorder = new BootEventRecorder({ store, capacity, strangers, metrics: measured, log })
  cleanup.defer(() => recorder.stop(farewellSeconds))
  const retention = new BootEventRetention({
    store,
    retentionSeconds: boot_event_retention,
    limit,
    metrics: measured,
    log,
  })
  cleanup.defer(() => retention.stop())
  return {
    sink: recorder,
    reader: store,
    counts() {
      const { dropped, recorded: kept } = recorder.figures
      return { kept, dropped }
    },
  }
}
