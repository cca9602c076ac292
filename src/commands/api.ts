import cluster from 'node:cluster'
import { Command } from 'commander'
import { clusterMetricsText, shareMetricsWithPrimary } from '../observe/cluster-metrics.ts'
import { type Context, withContext } from './context.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { superviseWorkers } from './supervise-workers.ts'
import { untilToldToStop } from './until-told-to-stop.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildMetrics } from './wiring/build-metrics.ts'
import { buildRings } from './wiring/build-rings.ts'
import { startAdmin } from './wiring/start-admin.ts'
import { startApi } from './wiring/start-api.ts'

/** `bootring api`: the API in `[api]api_workers` processes. */
export function apiCommand(): Command {
  const command = new Command('api').description('run the API: /v1/boot/<MAC>/<NAME>, in [api]api_workers processes')
  return addConfigOptions(command).action((options: ConfigOptions) =>
    withContext(options, async (context) => {
      await context.database.checkSchema()
      if (context.config.api.api_workers === 1) await runAlone(context)
      else if (cluster.isPrimary) await runPrimary(context)
      else await runWorker(context)
    }),
  )
}

/** One process does it all. */
async function runAlone(context: Context): Promise<void> {
  const { config, database, installation, log } = context
  const api = await startServing(context)
  const port = config.bootring.admin_port
  const metricsText = () => api.metrics.text()
  const admin = await startAdmin({ installation, port, database, rings: api.rings, metricsText, log })
  await untilToldToStop(log)
  await api.stop()
  await admin.close()
}

/** Watches over the workers, and answers for them at the admin port. */
async function runPrimary({ config, database, installation, log }: Context): Promise<void> {
  const stopped = untilToldToStop(log)
  const workers = superviseWorkers(config.api.api_workers, log)
  await Promise.race([workers.listening, stopped])
  const admin = await startAdmin({
    installation,
    port: config.bootring.admin_port,
    database,
    rings: buildRings(config, database.conductors),
    metricsText: clusterMetricsText(),
    log,
  })
  await stopped
  await workers.stop()
  await admin.close()
}

async function runWorker(context: Context): Promise<void> {
  const api = await startServing(context)
  shareMetricsWithPrimary(api.metrics.registry)
  await untilToldToStop(context.log)
  await api.stop()
  // The channel to the primary would keep the process alive.
  cluster.worker?.disconnect()
}

async function startServing({ config, database, installation, log }: Context) {
  const rings = buildRings(config, database.conductors)
  const metrics = buildMetrics(rings)
  const conductors = buildConductorClient(installation, log)
  const server = await startApi({ installation, database, rings, conductors, metrics, log })
  log.info({ ...server.address }, 'the API listens')
  return {
    metrics,
    rings,
    async stop() {
      await server.close()
      await conductors.close()
    },
  }
}
