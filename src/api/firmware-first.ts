import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { AddressShares } from '../http/address-shares.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'
import type { ManagementMetrics } from '../observe/management-metrics.ts'
import { Admission } from './admission.ts'
import { isAgentRequest } from './agent-request.ts'
import type { ApiLimits } from './api-limits.ts'
import { serverFault } from './fault.ts'
import type { NodeHandler } from './http-server.ts'
import { retryAfterSeconds } from './retry-after.ts'

export interface FirmwareFirstParts {
  limits: ApiLimits
  /** Clients that stand for many. */
  isProxy(address: string): boolean
  /** Boot requests that are being answered now. */
  bootsInFlight(): number
  metrics?: Pick<ManagementMetrics, 'refused'> | undefined
  logger: Logger
}

/** How those leave that have a place. */
const places = new WeakMap<ServerResponse, () => void>()

/** Gives a request's place to others: its answer goes on for hours, and costs next to nothing. */
export function leavePlace(response: ServerResponse): void {
  places.get(response)?.()
}

/**
 * Puts two gates before everything that is not /v1/boot. Agents have places of their own, which management can't take,
 * and of which one client, who needs no password for them, gets few: it might send its bodies as slowly as it likes.
 * Management waits its turn; while many machines boot, it is down to a minimum, which it always has. Whoever finds no
 * place is told to come back.
 */
export function firmwareFirst(
  handler: NodeHandler,
  { bootsInFlight, isProxy, limits, logger, metrics }: FirmwareFirstParts,
): NodeHandler {
  const bootsWhenBusy = limits.maxBootRequests * limits.busyShareOfBootRequests
  const management = new Admission({
    limit: () => (bootsInFlight() < bootsWhenBusy ? limits.maxManagementRequests : limits.minManagementRequests),
    maxWaiting: limits.maxManagementWaiting,
    maxWaitMilliseconds: limits.maxManagementWaitMilliseconds,
    startsPerTurn: limits.managementStartsPerTurn,
  })
  const agents = new Admission({ limit: () => limits.maxAgentRequests, maxWaiting: 0, maxWaitMilliseconds: 0 })
  const shares = new AddressShares({ most: limits.maxAgentRequestsPerAddress, isExempt: isProxy })
  const budget = new LogBudget(1, 1)

  return (request, response) => {
    const forAgent = isAgentRequest(request.method ?? '', request.url ?? '')
    const caller = forAgent ? 'agent' : 'management'
    const turnAway = (reason: string, kind: Parameters<ManagementMetrics['refused']>[1] = 'too many') => {
      metrics?.refused(caller, kind)
      const requestId = `req-${randomUUID()}`
      const suppressed = budget.take()
      if (suppressed !== undefined)
        logger.warn({ requestId, reason, forAgent, suppressed }, 'too many requests: one was refused')
      refuse(response, requestId)
    }
    const giveBack = forAgent ? shares.take(request.socket.remoteAddress ?? '') : undefined
    if (forAgent && giveBack === undefined) {
      turnAway(
        `${limits.maxAgentRequestsPerAddress} requests of this address are being worked on`,
        'too many of one address',
      )
      return
    }
    const leave = (forAgent ? agents : management).ask({
      start: () => handler(request, response),
      refuse: (reason) => turnAway(reason),
    })
    const leaveAll = () => {
      giveBack?.()
      leave()
    }
    places.set(response, leaveAll)
    response.once('close', leaveAll)
  }
}

function refuse(response: ServerResponse, requestId: string): void {
  const body = JSON.stringify(serverFault('Too many requests are being worked on; try again later.'))
  response.writeHead(503, [
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Retry-After',
    String(retryAfterSeconds('Overloaded')),
    'Cache-Control',
    'no-store',
    'X-Openstack-Request-Id',
    requestId,
  ])
  response.end(body)
}
