import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { parseAnswer } from './answer.ts'
import { type AddressRules, conductorAddress, originOf } from './conductor-address.ts'
import { type CallOptions, type ConductorClient, methods } from './contract.ts'
import { type Exchange, ReusedConnectionReset, startExchange } from './exchange.ts'
import { versionNeeded } from './rpc-version.ts'
import { trackingConnector } from './tracking-connector.ts'

export interface ConductorClientOptions extends AddressRules {
  useSsl: boolean
  /** CA certificates (PEM) to trust instead of the system's. */
  tls?: { cafile?: string | undefined; insecure?: boolean } | undefined
  credentials?: { username: string; password: string } | undefined
  /** For one conductor to answer one call that says nothing else, and to take a connection. Default: 2. */
  attemptTimeoutSeconds?: number
  /** Kept connections to one conductor at most; further calls queue. Default: 32. */
  connections?: number
  logger?: Logger
}

/** More hosts than a fleet has conductors: where their names change all the time, the oldest are forgotten. */
const maxPools = 256

/** Calls conductors over kept connections. Throws `ConfigInvalid` for an unreadable CA file. */
export function createConductorClient(options: ConductorClientOptions): ConductorClient & { close(): Promise<void> } {
  const { useSsl, credentials, attemptTimeoutSeconds = 2, connections = 32, logger } = options
  const connect = trackingConnector({
    timeoutMs: attemptTimeoutSeconds * 1000,
    ca: readCa(options.tls?.cafile),
    insecure: options.tls?.insecure ?? false,
  })
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (credentials !== undefined) {
    const { username, password } = credentials
    headers.authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
  const pools = new Map<string, Pool>()
  let closed = false

  function poolFor(hostname: string): Pool {
    const existing = pools.get(hostname)
    if (existing !== undefined) return existing
    if (closed) throw new BootringError('ConductorUnreachable', `conductor ${hostname}: the client is closed`)
    const address = conductorAddress(hostname, options)
    if (address === undefined) {
      const remedy = 'where it is called can be said in [bootring]conductor_addresses'
      throw new BootringError(
        'ConductorUnreachable',
        `conductor ${JSON.stringify(hostname)} has no valid host name: ${remedy}`,
      )
    }
    const pool = new Pool(originOf(address, useSsl ? 'https' : 'http'), {
      connections,
      connect,
      allowH2: false,
      // Each call has its own timer.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const oldest = pools.size >= maxPools ? pools.keys().next().value : undefined
    if (oldest !== undefined) forget(oldest, pools.get(oldest))
    pools.set(hostname, pool)
    return pool
  }

  /** Its calls in flight go on; later ones get fresh connections. */
  function forget(hostname: string, pool: Pool | undefined): void {
    if (pool === undefined || pools.get(hostname) !== pool) return
    pools.delete(hostname)
    pool.close().catch(() => undefined)
  }

  async function exchange(
    hostname: string,
    body: string,
    repeatable: boolean,
    options: CallOptions,
  ): Promise<Exchange> {
    const { signal, timeoutSeconds = attemptTimeoutSeconds } = options
    const pool = poolFor(hostname)
    const request = { hostname, headers, body, timeoutMs: timeoutSeconds * 1000, signal }
    try {
      return await startExchange(pool, request)
    } catch (error) {
      if (!(error instanceof ReusedConnectionReset)) throw error
      // All kept connections may be as stale as this one, e.g. when the host was power-cycled.
      forget(hostname, pool)
      if (!repeatable) throw error
      logger?.debug({ hostname, reason: error.message }, 'kept connection was stale, calling once more')
      return await startExchange(poolFor(hostname), request)
    }
  }

  return {
    async call(hostname, method, params, context) {
      const { requestId, trace } = context
      const traceparent = trace && { traceparent: trace.traceparent }
      const { repeatable = false } = methods[method]
      const version = versionNeeded(methods[method], params)
      const sent = { ...params, context: { request_id: requestId, ...traceparent }, 'rpc.version': version }
      const body = JSON.stringify({ jsonrpc: '2.0', method, params: sent, id: requestId })
      return parseAnswer(hostname, method, requestId, version, await exchange(hostname, body, repeatable, context))
    },
    async close() {
      closed = true
      const open = [...pools.values()]
      pools.clear()
      await Promise.all(open.map((pool) => pool.close()))
    },
  }
}

function readCa(cafile: string | undefined): string | undefined {
  if (cafile === undefined) return undefined
  try {
    return readFileSync(cafile, 'utf8')
  } catch (error) {
    throw new BootringError('ConfigInvalid', `[json_rpc]cafile ${cafile}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
