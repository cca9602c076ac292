import cluster from 'node:cluster'
import { Command } from 'commander'
import type { IronicDatabase } from '../model/stores.ts'
import { clusterMetricsText, shareMetricsWithPrimary } from '../observe/cluster-metrics.ts'
import { type FleetContext, withFleet } from './context.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { serveUntilToldToStop } from './serve-until-told-to-stop.ts'
import { superviseWorkers, untilStoppedByPrimary } from './supervise-workers.ts'
import { untilToldToStop } from './until-told-to-stop.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildApiMetrics } from './wiring/build-metrics.ts'
import { buildRings } from './wiring/build-rings.ts'
import { logIronicsRelease } from './wiring/log-ironics-release.ts'
import { startAdmin } from './wiring/start-admin.ts'
import { startApi } from './wiring/start-api.ts'
import { startBootEvents, startTendingBootEvents } from './wiring/start-boot-events.ts'
import { startSyslogReceiver } from './wiring/start-syslog-receiver.ts'
import { startTracing } from './wiring/start-tracing.ts'
import { withCleanup } from './with-cleanup.ts'

/** `bootring api`: the API in `[api]api_workers` processes. */
export function apiCommand(): Command {
  const command = new Command('api').description('run the API: /v1/boot/<MAC>/<NAME>, in [api]api_workers processes')
  addExamples(command, {
    'bootring api': 'with the options of /etc/bootring/bootring.conf',
    'bootring api --attached': 'beside a running Ironic, with its options and its database',
  })
  return addConfigOptions(command, { attached: true }).action((options: ConfigOptions) =>
    withFleet(options, (context) =>
      withCleanup(async (cleanup) => {
        await context.database.checkSchema()
        if (context.mode === 'attached' && cluster.isPrimary) await logIronicsRelease(context)
        if (context.config.api.api_workers === 1) await runAlone(context, cleanup)
        else if (cluster.isPrimary) await runPrimary(context, cleanup)
        else await runWorker(context, cleanup)
      }),
    ),
  )
}

type Cleanup = Pick<AsyncDisposableStack, 'defer'>

/** One process does it all. */
async function runAlone(context: FleetContext, cleanup: Cleanup): Promise<void> {
  const { config, database, installation, log } = context
  const { metrics, rings } = await startServing(context, cleanup, true)
  const port = config.bootring.admin_port
  const metricsText = () => metrics.text()
  const admin = await startAdmin({ installation, port, database, rings, metricsText, log })
  cleanup.defer(() => admin.close())
  await serveUntilToldToStop(log)
}

/** Watches over the workers, and answers for them at the admin port. */
async function runPrimary(context: FleetContext, cleanup: Cleanup): Promise<void> {
  const { config, database, installation, log } = context
  const stopped = untilToldToStop(log)
  const workers = superviseWorkers(config.api.api_workers, log)
  cleanup.defer(() => workers.stop())
  await Promise.race([workers.listening, stopped])
  await startTendingBootEvents({ installation, ironic: ironicOf(context), log }, cleanup)
  const port = config.bootring.admin_port
  const rings = buildRings(config, database.conductors)
  const admin = await startAdmin({ installation, port, database, rings, metricsText: clusterMetricsText(), log })
  cleanup.defer(() => admin.close())
  await serveUntilToldToStop(log, stopped)
}

async function runWorker(context: FleetContext, cleanup: Cleanup): Promise<void> {
  // The channel to the primary would keep the process alive.
  cleanup.defer(() => {
    cluster.worker?.disconnect()
  })
  const { metrics } = await startServing(context, cleanup, false)
  shareMetricsWithPrimary(metrics.registry)
  await Promise.race([untilToldToStop(context.log), untilStoppedByPrimary()])
}

async function startServing(context: FleetContext, cleanup: Cleanup, tends: boolean) {
  const { config, database, installation, log, mode } = context
  const rings = buildRings(config, database.conductors)
  const metrics = buildApiMetrics({ mode, database, rings })
  const events = await startBootEvents({ installation, ironic: ironicOf(context), metrics, tends, log }, cleanup)
  const conductors = buildConductorClient(installation, log)
  cleanup.defer(() => conductors.close())
  const tracer = await startTracing({ config, host: installation.host, service: 'api', cleanup, log })
  const server = await startApi({ installation, database, rings, conductors, metrics, events, tracer, log })
  cleanup.defer(() => server.close())
  await startSyslogReceiver({ installation, events, metrics, log }, cleanup)
  log.info({ ...server.address }, 'the API listens')
  return { metrics, rings }
}

function ironicOf({ database, mode }: FleetContext): IronicDatabase | undefined {
  return mode === 'attached' ? database : undefined
}
