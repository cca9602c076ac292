import type { IronicDatabase } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { Installation } from '../installation.ts'

export interface AttachedConductorSetting {
  installation: Installation
  database: IronicDatabase
  rings: FleetRings
  log: Logger
}

/** Starts a conductor beside Ironic's on this host: it registers nowhere and writes nothing of Ironic's. Rejects where it can't listen. */
export async function startAttachedConductor(_setting: AttachedConductorSetting): Promise<{ stop(): Promise<void> }> {
  throw new Error('to be written')
}
