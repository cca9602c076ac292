import type { Sight } from '../../events/timeline/sight.ts'
import type { BootEventReader } from '../../model/boot-events.ts'
import type { NodeFinder } from '../../model/node-finder.ts'
import type { StateScript } from '../../model/state-script.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { Explainer } from '../explanation.ts'
import type { RestAccess } from '../rest/access.ts'
import type { LiveBoots } from './live-boots.ts'

/** What operators look at, and what of the options they are told. */
export interface ObservationParts {
  readonly finder: NodeFinder
  readonly rings: Pick<FleetRings, 'membership'>
  readonly explainer: Pick<Explainer, 'explain'>
  /** By canonical UUID; undefined where there is no such node any more. */
  scriptsOf(uuid: string): Promise<StateScript[] | undefined>
  /** Absent: `[bootring]boot_events` is off. */
  readonly events?: ObservedEvents | undefined
  /** As of the REST API of management. */
  readonly access: RestAccess
  readonly logger: Logger
  /** bootring's. */
  readonly version: string
  readonly mode: 'standalone' | 'attached'
  /** Name of this host. */
  readonly server: string
  /** `[api]restrict_boot_config`. */
  readonly restrictBootConfig: boolean
}

export interface ObservedEvents {
  readonly reader: BootEventReader
  /** How many events this process has kept since it started, and how many it had to drop. */
  counts(): { kept: number; dropped: number }
  readonly live: LiveBoots
  readonly sight: Sight
}
