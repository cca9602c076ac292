import { AttachedConductor } from '../../attached/attached-conductor.ts'
import type { BootCopies } from '../../attached/boot-copies.ts'
import { IronicFiles } from '../../attached/ironic-files.ts'
import { OwnNames } from '../../attached/own-names.ts'
import { BootringError } from '../../model/errors.ts'
import type { IronicDatabase } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { startRpcServer } from '../../rpc/server.ts'
import type { Installation } from '../installation.ts'
import { registeredHostname } from './registered-hostname.ts'
import { rpcServerOptions } from './rpc-server-options.ts'

export interface AttachedConductorSetting {
  installation: Installation
  database: IronicDatabase
  rings: FleetRings
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
  rings,
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
  const files = new IronicFiles({ httpRoot, tftpRoot })
  const copies: BootCopies | undefined = undefined
  const conductor = new AttachedConductor({
    nodes: database.nodes,
    rings,
    names,
    files,
    copies,
    patienceSeconds: partOfAttempt * config.bootring.rpc_attempt_timeout,
  })
  const handlers = { get_boot_config: conductor.getBootConfig }
  const server = await startRpcServer({ ...rpcServerOptions(installation), handlers, logger: log })
  log.info({ ...server.address, httpRoot, tftpRoot }, "serving the boot files of Ironic's conductor")
  // Says in the log which conductor this is, or that it is not there yet.
  await names.registered().catch((error: unknown) => log.error({ err: error }, 'could not look for the conductor'))
  return { checks: { registration: () => names.check() }, stop: () => server.close() }
}
