import type { HardwareRegistry } from '../../drivers/hardware-registry.ts'
import type { ManagementReader, ManagementWriter } from '../../model/management-stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { BootFilesFollow } from '../boot-files/boot-files-follow.ts'
import type { SessionSource } from '../membership/live-session.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

/** What the methods of management are made from; each takes of it what it needs. */
export interface ManagementParts {
  tasks: Pick<NodeTasks, 'run' | 'begin' | 'look'>
  store: Pick<ManagementReader, 'node' | 'traits'> & Pick<ManagementWriter, 'createNode'>
  sessions: SessionSource
  hardware: Pick<HardwareRegistry, 'checkInterfaces' | 'driverProperties'>
  rings: Pick<FleetRings, 'order'>
  bootFiles: Pick<BootFilesFollow, 'changed'>
  /** How long a soft action may take where the request says nothing. */
  softPowerOffTimeoutSeconds: number
  /** Whether nodes that are available may be deleted. */
  mayDeleteAvailable: boolean
  log: Logger
}
