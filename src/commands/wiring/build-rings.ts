import type { Config } from '../../config/config.ts'
import type { ConductorReader } from '../../model/stores.ts'
import { FleetRings } from '../../ring/fleet-rings.ts'

/** The fleet's rings, shaped as the options say. */
export function buildRings(config: Config, store: ConductorReader): FleetRings {
  return new FleetRings(store, {
    algorithm: config.DEFAULT.hash_ring_algorithm,
    partitionExponent: config.DEFAULT.hash_partition_exponent,
    resetIntervalSeconds: config.DEFAULT.hash_ring_reset_interval,
    heartbeatTimeoutSeconds: config.conductor.heartbeat_timeout,
  })
}
