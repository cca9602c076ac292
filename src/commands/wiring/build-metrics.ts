import { Metrics } from '../../observe/metrics.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'

/** A process's metrics, with what its rings know of the fleet at each scrape. */
export function buildMetrics(rings: FleetRings): Metrics {
  const metrics = new Metrics()
  metrics.watchFleet(async () => {
    const conductors = await rings.conductors()
    return { builds: rings.builds, conductorsAlive: conductors.filter(({ alive }) => alive).length }
  })
  return metrics
}
