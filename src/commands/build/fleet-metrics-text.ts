import type { Metrics } from '../../observe/metrics.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'

/** This process's metrics in Prometheus's text format, what the rings say of themselves included. */
export function fleetMetricsText(metrics: Metrics, rings: FleetRings): () => Promise<string> {
  return async () => {
    await noteFleet(metrics, rings)
    return metrics.text()
  }
}

/** Brings the gauges of the fleet up to date; they stay as they were while the database is away. */
export async function noteFleet(metrics: Metrics, rings: FleetRings): Promise<void> {
  const conductors = await rings.conductors().catch(() => undefined)
  if (!conductors) return
  metrics.fleet({ builds: rings.builds, conductorsAlive: conductors.filter(({ alive }) => alive).length })
}
