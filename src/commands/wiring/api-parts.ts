import type { ManagementReader } from '../../model/management-stores.ts'
import type { FleetDatabase } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { RequestTracer } from '../../observe/trace.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { Installation } from '../installation.ts'
import type { BootEvents } from './start-boot-events.ts'

/** What an API is put together from. */
export interface ApiParts {
  installation: Installation
  database: Pick<FleetDatabase, 'nodes' | 'finder'> & { management?: ManagementReader }
  rings: FleetRings
  conductors: ConductorClient
  metrics: Metrics
  /** Absent: none are kept. */
  events?: BootEvents | undefined
  tracer?: RequestTracer | undefined
  log: Logger
}
