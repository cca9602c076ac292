import { upkeepTaskNames } from '../../conductor/upkeep/task-names.ts'
import type { Conductor } from '../../model/conductor.ts'
import type { NodeFinder } from '../../model/node-finder.ts'
import type { FleetDatabase } from '../../model/stores.ts'
import { ConductorMetrics } from '../../observe/conductor-metrics.ts'
import { watchNodes } from '../../observe/fleet-metrics.ts'
import { type ConductorCondition, Metrics } from '../../observe/metrics.ts'
import { tellBuild, watchDatabase } from '../../observe/process-metrics.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { methods } from '../../rpc/contract.ts'
import { version } from '../version.ts'

export interface MeasuredProcess {
  mode: 'standalone' | 'attached'
  rings: Pick<FleetRings, 'builds' | 'conductors'>
  database: Pick<FleetDatabase, 'figures'> & { finder: Pick<NodeFinder, 'states'> }
}

/** A process's metrics, with what its rings know of the fleet at each scrape. */
export function buildMetrics({ database, mode, rings }: MeasuredProcess): Metrics {
  const metrics = new Metrics()
  tellBuild(metrics.registry, { version, mode })
  watchDatabase(metrics.registry, () => database.figures?.())
  metrics.watchFleet(async () => {
    const known = await rings.conductors()
    const conductors = { alive: 0, draining: 0, silent: 0, offline: 0 }
    for (const conductor of known) conductors[conditionOf(conductor)] += 1
    return { builds: rings.builds, conductors, conductorsAlive: known.filter(({ alive }) => alive).length }
  })
  return metrics
}

/** The same of one that runs the API, which counts nodes as well: conductors are many, and all would count the same. */
export function buildApiMetrics(measured: MeasuredProcess): Metrics {
  const metrics = buildMetrics(measured)
  watchNodes(metrics.registry, measured.database.finder)
  return metrics
}

export function buildConductorMetrics({ registry }: Metrics): ConductorMetrics {
  return new ConductorMetrics(registry, { rpcMethods: Object.keys(methods), tasks: upkeepTaskNames })
}

function conditionOf({ alive, draining = false, online }: Conductor): ConductorCondition {
  if (!alive) return online ? 'silent' : 'offline'
  return draining ? 'draining' : 'alive'
}
