import { AttachedConductor } from '../../attached/attached-conductor.ts'
import { type Replication, startReplication } from '../../attached/copies/start-replication.ts'
import { folderProblem } from '../../attached/folder-problem.ts'
import { IronicFiles } from '../../attached/ironic-files.ts'
import { OwnNames } from '../../attached/own-names.ts'
import { parseImageUrlMap } from '../../config/image-url-map.ts'
import { BootringError } from '../../model/errors.ts'
import type { IronicDatabase } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { RequestTracer } from '../../observe/trace.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { type RpcServerOptions, startRpcServer } from '../../rpc/server.ts'
import type { Installation } from '../installation.ts'
import { buildConductorClient } from './build-conductor-client.ts'
import { buildConductorMetrics } from './build-metrics.ts'
import { registeredHostname } from './registered-hostname.ts'
import { rpcServerOptions } from './rpc-server-options.ts'
import { templateOptions } from './template-options.ts'

export interface AttachedConductorSetting {
  installation: Installation
  database: IronicDatabase
  rings: FleetRings
  metrics: Metrics
  tracer?: RequestTracer | undefined
  log: Logger
}

export interface RunningAttachedConductor {
  /** For /readyz, by name. */
  readonly checks: Readonly<Record<string, () => Promise<string>>>
  /** Answers what is in flight. */
  stop(): Promise<void>
}

/** The rest of the time that the API waits is for the way there and back. */
const partOfAttempt = 0.75

/**
 * Starts a conductor beside Ironic's on this host: it registers nowhere and writes nothing of Ironic's. Rejects where it
 * can't listen, with `ConfigInvalid` where the options do not let it.
 */
export async function startAttachedConductor({
  database,
  installation,
  log,
  metrics,
  rings,
  tracer,
}: AttachedConductorSetting): Promise<RunningAttachedConductor> {
  const { config, hostNames, httpRoot, rpcPort, tftpRoot } = installation
  if (rpcPort === 0) {
    throw new BootringError(
      'ConfigInvalid',
      "[bootring]rpc_port = 0: Ironic's own conductors are asked, so there is nothing for a conductor of bootring's to do",
    )
  }
  const ironicPort = config.json_rpc.port
  const names = new OwnNames({ hostNames, withPort: (name) => registeredHostname(name, ironicPort) }, rings, log)
  const files = new IronicFiles({ httpRoot, tftpRoot, templates: templateOptions(config) })
  const serverOptions = rpcServerOptions(installation)
  const replication = config.bootring.replicate
    ? await replicate({ installation, database, rings, metrics, log }, names, files)
    : undefined
  const conductor = new AttachedConductor({
    nodes: database.nodes,
    rings,
    names,
    files,
    copies: replication?.copies,
    patienceSeconds: partOfAttempt * config.bootring.rpc_attempt_timeout,
  })
  const handlers = { get_boot_config: conductor.getBootConfig, ...replication?.handlers }
  const measured = buildConductorMetrics(metrics)
  const onCall: RpcServerOptions['onCall'] = (...call) => measured.rpcCall(...call)
  const server = await startRpcServer({ ...serverOptions, handlers, onCall, tracer, logger: log }).catch(
    async (error: unknown) => {
      await replication?.stop()
      throw error
    },
  )
  log.info({ ...server.address, httpRoot, tftpRoot }, "serving the boot files of Ironic's conductor")
  const problem = await folderProblem(httpRoot)
  if (problem !== undefined)
    log.warn(`[deploy]http_root ${httpRoot} ${problem}: is it the folder that Ironic writes to?`)
  // Says in the log which conductor this is, or that it is not there yet.
  await names.registered().catch((error: unknown) => log.error({ err: error }, 'could not look for the conductor'))
  return { checks: { registration: () => names.check(), folders }, stop }

  /** An Ironic need not have both. */
  async function folders(): Promise<string> {
    const http = await folderProblem(httpRoot)
    if (http === undefined) return httpRoot
    const tftp = await folderProblem(tftpRoot)
    if (tftp === undefined) return tftpRoot
    throw new Error(`[deploy]http_root ${httpRoot} ${http}, and [pxe]tftp_root ${tftpRoot} ${tftp}`)
  }

  async function stop() {
    // Others wait for changes: they get their answers first.
    await replication?.stop()
    await server.close()
  }
}

/** Keeps copies of other conductors' boot files, and lists this host's for them. */
async function replicate(
  { database, installation, log, rings }: AttachedConductorSetting,
  names: OwnNames,
  files: IronicFiles,
): Promise<Replication> {
  const { config, httpRoot, replicaPath, tftpRoot } = installation
  const client = buildConductorClient(installation, log)
  const imageUrlMap = parseImageUrlMap(config.bootring.image_url_map)
  const { nodes } = database
  const started = { files, httpRoot, tftpRoot, nodes, rings, names, client, replicaPath, imageUrlMap, log }
  const replication = await startReplication(started)
  return {
    ...replication,
    async stop() {
      await replication.stop()
      await client.close()
    },
  }
}
