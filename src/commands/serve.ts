import { Command } from 'commander'
import { localFirst } from '../rpc/local-first-client.ts'
import { type Context, withContext } from './context.ts'
import { addExamples } from './examples.ts'
import { inUrl } from './installation.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { readySchema } from './ready-schema.ts'
import { serveUntilToldToStop } from './serve-until-told-to-stop.ts'
import { untilToldToStop } from './until-told-to-stop.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildApiMetrics } from './wiring/build-metrics.ts'
import { buildRings } from './wiring/build-rings.ts'
import { startAdmin } from './wiring/start-admin.ts'
import { startApi } from './wiring/start-api.ts'
import { startBootEvents } from './wiring/start-boot-events.ts'
import { startConductor } from './wiring/start-conductor.ts'
import { startSyslogReceiver } from './wiring/start-syslog-receiver.ts'
import { startTracing } from './wiring/start-tracing.ts'
import { withCleanup } from './with-cleanup.ts'

/** `bootring serve`: everything in one process. Needs no configuration at all, and then keeps to loopback. */
export function serveCommand(): Command {
  const command = new Command('serve').description(
    'run everything in one process: API, conductor, boot files; without a configuration on loopback, with SQLite',
  )
  addExamples(command, {
    'bootring serve': 'try it: on loopback, with all that it chose itself on the screen',
    'bootring serve --config-file bootring.conf': 'with options of your own; bootring config sample has all of them',
  })
  return addConfigOptions(command).action((options: ConfigOptions) =>
    withContext(options, (context) => withCleanup((cleanup) => serve(context, cleanup)), { loopbackDefaults: true }),
  )
}

async function serve(
  { config, database, installation, log, mode }: Context,
  cleanup: Pick<AsyncDisposableStack, 'defer'>,
): Promise<void> {
  for (const choice of installation.choices) process.stderr.write(`${choice}\n`)
  await readySchema(database, installation.databaseUrl)
  const rings = buildRings(config, database.conductors)
  const metrics = buildApiMetrics({ mode, database, rings })
  const events = await startBootEvents({ installation, metrics, tends: true, log }, cleanup)
  const tracer = await startTracing({ config, host: installation.host, service: 'serve', cleanup, log })
  const conductor = await startConductor({ installation, database, rings, metrics, events: events?.sink, tracer, log })
  cleanup.defer(() => conductor.stop())
  const remote = buildConductorClient(installation, log)
  cleanup.defer(() => remote.close())
  const conductors = localFirst(conductor.hostname, conductor.handlers, remote)
  const api = await startApi({ installation, database, rings, conductors, metrics, events, tracer, log })
  cleanup.defer(() => api.close())
  const metricsText = () => metrics.text()
  const port = config.bootring.admin_port
  const admin = await startAdmin({ installation, port, database, rings, metricsText, log })
  cleanup.defer(() => admin.close())
  await startSyslogReceiver({ installation, events, metrics, log }, cleanup)
  const { host } = api.address
  const named = inUrl(host === '0.0.0.0' || host === '::' ? installation.myIp : host)
  const dashboard = config.bootring.ui ? `http://${named}:${api.address.port}/ui/` : undefined
  log.info({ ...api.address, files: installation.httpUrl, dashboard }, 'bootring serves')
  await serveUntilToldToStop(log, Promise.race([untilToldToStop(log), conductor.replaced]))
}
