import { proxies } from '../../api/proxies.ts'
import { Activity } from '../../conductor/activity.ts'
import { BootFileSync } from '../../conductor/boot-files/boot-file-sync.ts'
import { Takeovers } from '../../conductor/boot-files/takeovers.ts'
import { Conductor } from '../../conductor/conductor.ts'
import { fileEvent } from '../../conductor/file-server/file-event.ts'
import { type FileServer, startFileServer } from '../../conductor/file-server/file-server.ts'
import { ScriptTraces } from '../../conductor/file-server/script-traces.ts'
import { Heartbeat } from '../../conductor/membership/heartbeat.ts'
import { restOfDrain } from '../../conductor/rest-of-drain.ts'
import { networkBootInterfaces } from '../../drivers/boot/network-boot-interfaces.ts'
import { BootInterfaces } from '../../drivers/boot-interfaces.ts'
import { BootFiles } from '../../ipxe/boot-files.ts'
import { type AwaitedImage, ImageStore } from '../../ipxe/image-store.ts'
import type { NodeScripts } from '../../ipxe/node-script.ts'
import type { BootEvent, BootEventSink } from '../../model/boot-events.ts'
import type { Database } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { RequestTracer } from '../../observe/trace.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { type RpcServer, startRpcServer } from '../../rpc/server.ts'
import type { Installation } from '../installation.ts'
import { buildHardware } from './build-hardware.ts'
import { buildConductorMetrics } from './build-metrics.ts'
import { buildNodeScripts } from './build-node-scripts.ts'
import { buildProvisioning } from './build-provisioning.ts'
import { buildRootScript } from './build-root-script.ts'
import { measuredBeats, measuredReservations, measuredUpkeep } from './measured.ts'
import { registeredHostname } from './registered-hostname.ts'
import { rpcServerOptions } from './rpc-server-options.ts'

export interface ConductorSetting {
  installation: Installation
  database: Database
  rings: FleetRings
  metrics: Metrics
  /** Takes downloads and changes of state; absent: nobody wants to know. */
  events?: BootEventSink | undefined
  tracer?: RequestTracer | undefined
  log: Logger
}

/** A conductor with the servers that let others in. */
export interface RunningConductor {
  /** As registered. */
  readonly hostname: string
  readonly handlers: Handlers
  /** Rejects with `ConductorReplaced` when another process has taken the name: this one is to be stopped. */
  readonly replaced: Promise<never>
  /**
   * Unregisters, goes on answering while anybody asks, for `[bootring]drain_seconds` at most, and closes. Rejects where
   * the database could not be told.
   */
  stop(): Promise<void>
}

/** A machine has asked for its next file by then. */
const quietSeconds = 2

/**
 * Starts a conductor as the options say. It registers last: from then on others send machines here, and its servers
 * must be open. Rejects where it can't listen, write its files or reach the database.
 */
export async function startConductor({
  database,
  events,
  installation,
  log,
  metrics,
  rings,
  tracer,
}: ConductorSetting): Promise<RunningConductor> {
  const measured = buildConductorMetrics(metrics)
  const reservations = measuredReservations(database.reservations, measured)
  const { config, httpRoot, tftpRoot } = installation
  const hostname = registeredHostname(installation.host, installation.rpcPort)
  const httpFiles = new BootFiles({ root: httpRoot })
  const tftpFiles = new BootFiles({ root: tftpRoot })
  const images = new ImageStore({
    httpRoot,
    fileUrlAllowedPaths: config.conductor.file_url_allowed_paths,
    downloadTimeoutSeconds: config.bootring.image_download_timeout,
    onFetch: (result, bytes) => measured.imageFetch(result, bytes),
    logger: log,
  })
  const scripts = buildNodeScripts(installation)
  const defaultBootMode = config.deploy.default_boot_mode
  const { bootInterfaceOf } = new BootInterfaces(
    networkBootInterfaces({ defaultBootMode, httpFiles, tftpFiles, scripts, images, logger: log }),
  )
  const hardware = buildHardware(config, bootInterfaceOf)
  const heartbeat = new Heartbeat(
    measuredBeats(database.conductors, measured),
    {
      hostname,
      conductorGroup: config.conductor.conductor_group.toLowerCase(),
      interfaces: hardware.rows(),
      intervalSeconds: config.conductor.heartbeat_interval,
    },
    log,
  )
  // Whatever the node boots by now.
  const removeBootFiles = async (uuid: string) => {
    await httpFiles.removeNode(uuid)
    await tftpFiles.removeNode(uuid)
  }
  const management = buildProvisioning({
    config,
    database: { management: database.management, reservations },
    hardware,
    hostname,
    rings,
    sessions: heartbeat,
    removeBootFiles,
    events,
    log,
  })
  measured.watchWork({ heldNodes: () => management.tasks.heldNodes, busyWorkers: () => management.workers.busy })
  const sync = new BootFileSync({
    hostname,
    nodes: database.nodes,
    rings,
    takeovers: new Takeovers(reservations, heartbeat),
    bootInterfaceOf,
    isHeld: (uuid) => management.tasks.isHeld(uuid),
    nodesOnDisk: async () => [...new Set([...(await httpFiles.nodeUuids()), ...(await tftpFiles.nodeUuids())])],
    remove: removeBootFiles,
    removeUnusedImages: (keep) => images.removeUnused(keep),
    onPass: (milliseconds, result) => {
      if (result !== undefined) measured.bootFiles(result)
      measured.upkeep('boot files', result === undefined ? 'failed' : 'ok', milliseconds)
    },
    log,
  })
  const conductor = new Conductor({
    database,
    rings,
    heartbeat,
    bootInterfaceOf,
    sync,
    hostname,
    heartbeatTimeoutSeconds: config.conductor.heartbeat_timeout,
    syncIntervalSeconds: config.conductor.sync_local_state_interval,
    membershipIntervalSeconds: Math.max(1, config.DEFAULT.hash_ring_reset_interval),
    log,
    furtherHandlers: management.handlers,
    upkeep: measuredUpkeep(management.upkeep, measured),
    pickUp: () => management.pickUp(),
    workers: management.workers,
    finishSeconds: config.bootring.drain_seconds,
  })

  if (config.conductor.deploy_kernel === undefined || config.conductor.deploy_ramdisk === undefined) {
    const option = '[conductor]deploy_kernel and deploy_ramdisk'
    log.warn({ option }, 'not both are set: nodes that name no images of their own in driver_info will not boot')
  }
  await httpFiles.writeRootScript(buildRootScript(installation))
  const activity = new Activity()
  const tracing = tracer && { tracer, scripts: new ScriptTraces() }
  const handlers = watched(conductor.handlers, activity, tracing?.scripts)
  const servers: (RpcServer | FileServer)[] = []
  // Images that are still being fetched, maybe for an hour, must not hold up the end. Where the database could not be told,
  // that is no reason not to wait for the others: what they use is closed next.
  const end = async () => {
    const ends = await Promise.allSettled([
      ...servers.map((server) => server.close()),
      images.close(),
      conductor.stop(),
    ])
    const failed = ends.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  const stop = async () => {
    const since = performance.now()
    try {
      await conductor.leave()
      const spentSeconds = (performance.now() - since) / 1000
      // APIs send machines here until they have built their rings anew, and machines come back for the next file.
      await activity.quiet(quietSeconds, restOfDrain(config.bootring.drain_seconds, spentSeconds, quietSeconds))
    } finally {
      await end()
    }
  }
  try {
    servers.push(
      await startRpcServer({
        ...rpcServerOptions(installation),
        handlers,
        tracer,
        onCall: (method, outcome, milliseconds) => measured.rpcCall(method, outcome, milliseconds),
        logger: log,
      }),
    )
    if (config.bootring.serve_http_root) {
      servers.push(
        await startFileServer({
          httpRoot,
          host: installation.fileServerHost,
          port: installation.fileServerPort,
          limits: {
            maxDownloads: config.bootring.max_downloads,
            maxConnectionsPerAddress: config.bootring.max_connections_per_address,
          },
          isProxy: proxies(config.bootring.proxy_networks),
          onMissing: (uuid, fileName) => fetchMissingImage(uuid, fileName, { database, images, scripts }),
          onRequest: () => {
            const ends = [activity.begin(), measured.fileRequest()] as const
            return (status, bytes) => {
              ends[0]()
              ends[1](status, bytes)
            }
          },
          tracing,
          onDownload: events && ((download) => recordIfAny(events, fileEvent(download, hostname))),
          logger: log,
        }),
      )
    }
    await conductor.start()
  } catch (error) {
    await stop()
    throw error
  }
  log.info({ conductor: hostname, files: installation.httpUrl, httpRoot }, 'the conductor is registered')
  return { hostname, handlers, replaced: conductor.replaced, stop }
}

function recordIfAny(events: BootEventSink, event: BootEvent | undefined): void {
  if (event !== undefined) events.record(event)
}

/** Handlers whose calls are noticed, and the traces of those that are traced. */
function watched(handlers: Handlers, activity: Activity, traces: ScriptTraces | undefined): Handlers {
  return {
    ...handlers,
    get_boot_config: async (params, context) => {
      const end = activity.begin()
      if (context.trace !== undefined) traces?.note(params.node_id, context.trace.traceparent)
      try {
        return await handlers.get_boot_config(params, context)
      } finally {
        end()
      }
    },
  }
}

/** For a machine whose owner is dead: this conductor stands in, and fetches what it does not hold yet. */
async function fetchMissingImage(
  uuid: string,
  fileName: string,
  { database, images, scripts }: { database: Database; images: ImageStore; scripts: Pick<NodeScripts, 'images'> },
): Promise<AwaitedImage | undefined> {
  const node = await database.nodes.node(uuid)
  const image = node && scripts.images(node).find((wanted) => wanted.fileName === fileName)
  return image && images.hurry(uuid, image)
}
