import { BootEventRecorder } from '../../events/boot-event-recorder.ts'
import { BootEventRetention } from '../../events/boot-event-retention.ts'
import { BootFollowUp } from '../../events/boot-follow-up.ts'
import type { BootEventReader, BootEventSink, BootEventStore } from '../../model/boot-events.ts'
import type { NodeProgressReader } from '../../model/stores.ts'
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
  /** Looks after the store as well: one process of a host is enough. */
  tends: boolean
  /** The database of the Ironic that bootring is attached to. */
  ironic?: NodeProgressReader | undefined
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
  { installation, ironic, log, metrics, tends }: BootEventsSetting,
  cleanup: Cleanup,
): Promise<BootEvents | undefined> {
  const store = await openBootEvents(installation, log)
  if (store === undefined) return undefined
  cleanup.defer(() => store.close())
  const { boot_event_queue: capacity } = installation.config.bootring
  const measured = new BootEventMetrics(metrics.registry, () => recorder.figures.waiting)
  const recorder = new BootEventRecorder({ store, capacity, metrics: measured, log })
  cleanup.defer(() => recorder.stop(farewellSeconds))
  if (tends) tendBootEvents(store, { installation, ironic, log }, cleanup)
  return {
    sink: recorder,
    reader: store,
    counts() {
      const { dropped, recorded: kept } = recorder.figures
      return { kept, dropped }
    },
  }
}

/** For a process that records nothing itself, and looks after what the others keep. */
export async function startTendingBootEvents(setting: TendedEvents, cleanup: Cleanup): Promise<void> {
  const store = await openBootEvents(setting.installation, setting.log)
  if (store === undefined) return
  cleanup.defer(() => store.close())
  tendBootEvents(store, setting, cleanup)
}

type TendedEvents = Pick<BootEventsSetting, 'installation' | 'ironic' | 'log'>

/** Deletes what is too old; beside an Ironic, adds what its database tells of the boots. */
function tendBootEvents(store: BootEventStore, { installation, ironic, log }: TendedEvents, cleanup: Cleanup): void {
  const { config, host } = installation
  const { boot_event_retention: retentionSeconds, boot_follow_up_interval: intervalSeconds } = config.bootring
  const retention = new BootEventRetention({ store, retentionSeconds, log })
  cleanup.defer(() => retention.stop())
  if (ironic === undefined || intervalSeconds === 0) return
  const followUp = new BootFollowUp({ nodes: ironic, store, server: host, intervalSeconds, log })
  cleanup.defer(() => followUp.stop())
  void followUp.run()
}
