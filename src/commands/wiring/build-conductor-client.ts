import { accessSync, constants } from 'node:fs'
import { parseConductorAddresses } from '../../config/conductor-addresses.ts'
import { BootringError } from '../../model/errors.ts'
import type { Logger } from '../../observe/logger.ts'
import type { ConductorClientOptions } from '../../rpc/client.ts'
import type { AddressRules } from '../../rpc/conductor-address.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { Installation } from '../installation.ts'
import { refuseKeystone, strategyOf } from './rpc-server-options.ts'

type ClosableClient = ConductorClient & { close(): Promise<void> }

/**
 * Calls conductors as `[json_rpc]` says. The client is loaded with the first call: `bootring serve`, which answers for
 * itself, is ready for its first machine sooner without it. Throws `ConfigInvalid`.
 */
export function buildConductorClient(installation: Installation, logger: Logger): ClosableClient {
  const options = clientOptions(installation, logger)
  let opened: Promise<ClosableClient> | undefined
  const open = async () => {
    const { createConductorClient } = await import('../../rpc/client.ts')
    return createConductorClient(options)
  }
  return {
    async call(hostname, method, params, context) {
      opened ??= open()
      return await (await opened).call(hostname, method, params, context)
    },
    async close() {
      await (await opened)?.close()
    },
  }
}

/**
 * How conductors are found by their names. Attached, the names are those of Ironic's conductors, and it is bootring's on
 * the same hosts that are called; with `[bootring]rpc_port = 0` Ironic's themselves.
 */
export function addressRules({ attached, config, rpcPort }: Installation): AddressRules {
  if (!attached) return { defaultPort: rpcPort }
  return {
    defaultPort: config.json_rpc.port,
    portOfNeighbour: rpcPort === 0 ? undefined : rpcPort,
    known: parseConductorAddresses(config.bootring.conductor_addresses),
  }
}

function clientOptions(installation: Installation, logger: Logger): ConductorClientOptions {
  const { attached, config, rpcPort } = installation
  if (attached) refuseKeystone(installation)
  const { cafile, insecure, password, use_ssl, username } = config.json_rpc
  if ((username === undefined) !== (password === undefined)) {
    throw new BootringError('ConfigInvalid', '[json_rpc]username and password belong together: one is not set')
  }
  if (cafile !== undefined) checkReadable(cafile)
  // A proxy that speaks TLS stands before Ironic's own conductors, never before bootring's.
  const useSsl = use_ssl || (attached && rpcPort === 0 && config.json_rpc.client_use_ssl)
  if (useSsl && insecure) {
    logger.warn({ option: '[json_rpc]insecure' }, "the conductors' certificates are not checked")
  }
  return {
    ...addressRules(installation),
    useSsl,
    tls: { cafile, insecure },
    // With noauth nobody asks for them, and they may be meant for somebody else.
    ...(username !== undefined && password !== undefined && strategyOf(installation) !== 'noauth'
      ? { credentials: { username, password } }
      : {}),
    attemptTimeoutSeconds: config.bootring.rpc_attempt_timeout,
    logger,
  }
}

/** Said at the start, and not with the first machine that boots. */
function checkReadable(cafile: string): void {
  try {
    accessSync(cafile, constants.R_OK)
  } catch (error) {
    throw new BootringError('ConfigInvalid', `[json_rpc]cafile: ${(error as Error).message}`, { cause: error })
  }
}
