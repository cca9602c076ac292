import { Command } from 'commander'
import { type Context, type FleetContext, withFleet } from './context.ts'
import { drainCommand } from './drain.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { serveUntilToldToStop } from './serve-until-told-to-stop.ts'
import { untilToldToStop } from './until-told-to-stop.ts'
import { buildMetrics } from './wiring/build-metrics.ts'
import { buildRings } from './wiring/build-rings.ts'
import { logIronicsRelease } from './wiring/log-ironics-release.ts'
import { startAdmin } from './wiring/start-admin.ts'
import { startAttachedConductor } from './wiring/start-attached-conductor.ts'
import { startBootEvents } from './wiring/start-boot-events.ts'
import { type ConductorSetting, type RunningConductor, startConductor } from './wiring/start-conductor.ts'
import { startTracing } from './wiring/start-tracing.ts'
import { withCleanup } from './with-cleanup.ts'

/** `bootring conductor`: one conductor with its RPC server, its boot files and their HTTP server; attached, Ironic's files. */
export function conductorCommand(): Command {
  const command = new Command('conductor')
    .description('run one conductor: RPC server, heartbeat, boot files and the HTTP server that gives them out')
    // What comes after the word `drain` is for that.
    .enablePositionalOptions()
    .addCommand(drainCommand())
  addExamples(command, {
    'bootring conductor': 'with the options of /etc/bootring/bootring.conf',
    'bootring conductor --config-file common.conf --config-file cond-2.conf':
      'one of two on a host: what differs is in a file of its own',
    'bootring conductor --attached': "beside Ironic's conductor on the same host",
  })
  return addConfigOptions(command, { attached: true }).action((options: ConfigOptions) =>
    withFleet(options, (context) => withCleanup((cleanup) => conduct(context, cleanup))),
  )
}

type Cleanup = Pick<AsyncDisposableStack, 'defer'>

async function conduct(context: FleetContext, cleanup: Cleanup): Promise<void> {
  const { config, database, installation, log } = context
  await database.checkSchema()
  if (context.mode === 'attached') await logIronicsRelease(context)
  const rings = buildRings(config, database.conductors)
  const metrics = buildMetrics({ mode: context.mode, database, rings })
  const tracer = await startTracing({ config, host: installation.host, service: 'conductor', cleanup, log })
  const conductor =
    context.mode === 'attached'
      ? await startAttachedConductor({ installation, database: context.database, rings, metrics, tracer, log })
      : await startStandalone(context, { rings, metrics, tracer }, cleanup)
  cleanup.defer(() => conductor.stop())
  const metricsText = () => metrics.text()
  const port = config.bootring.conductor_admin_port
  const furtherChecks = 'checks' in conductor ? conductor.checks : {}
  const admin = await startAdmin({ installation, port, database, rings, metricsText, furtherChecks, log })
  cleanup.defer(() => admin.close())
  const stopped = untilToldToStop(log)
  await serveUntilToldToStop(log, 'replaced' in conductor ? Promise.race([stopped, conductor.replaced]) : stopped)
}

async function startStandalone(
  { database, installation, log }: Context,
  given: Pick<ConductorSetting, 'metrics' | 'rings' | 'tracer'>,
  cleanup: Cleanup,
): Promise<RunningConductor> {
  const events = await startBootEvents({ installation, metrics: given.metrics, tends: true, log }, cleanup)
  return await startConductor({ ...given, installation, database, events: events?.sink, log })
}
