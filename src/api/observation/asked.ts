import { canonicalUuidOf } from '../../model/canonical-uuid.ts'
import { parseClientAddress } from '../../model/client-address.ts'
import { BootringError } from '../../model/errors.ts'
import { parseNicAddress } from '../../model/mac.ts'
import type { QueryParameter } from '../rest/query-values.ts'
import { nodeNamed } from './node-list.ts'
import type { ObservationParts } from './observation.ts'

/*
 * What queries of operators ask for. What can't be read is told: 400.
 */

const defaultLimit = 100
const mostLimit = 1000
export const mostMinutes = 1440

export const limitParameter = {
  type: 'integer',
  description: `At most so many: 1 to ${mostLimit}, by default ${defaultLimit}.`,
} as const satisfies QueryParameter

const time = (description: string) =>
  ({ type: 'integer', description: `${description}, in milliseconds since 1970.` }) as const

/** Which machine, and when. */
export const machineParameters = {
  node: { type: 'string', description: 'UUID or name of the node.' },
  mac: { type: 'string', description: 'MAC of a NIC that has asked.' },
  client: { type: 'string', description: 'IP address that has asked.' },
  since: time('At or after'),
  until: time('Before'),
} as const satisfies Record<string, QueryParameter>

export interface MachineQuery {
  node?: string
  mac?: string
  client?: string
  since?: number
  until?: number
}

/** Throws `InvalidParameter`. */
export function askedLimit(limit = defaultLimit): number {
  if (limit >= 1 && limit <= mostLimit) return limit
  throw new BootringError('InvalidParameter', `Expected 1 to ${mostLimit} for limit: ${limit}`)
}

/** Throws `InvalidParameter`. `name`: of the parameter. */
export function askedMinutes(minutes: number, name = 'minutes'): number {
  if (minutes >= 1 && minutes <= mostMinutes) return minutes
  throw new BootringError('InvalidParameter', `Expected 1 to ${mostMinutes} for ${name}: ${minutes}`)
}

/** As events have them. Throws `InvalidParameter`, `NodeNotFound`. */
export async function askedMachine(parts: Pick<ObservationParts, 'finder'>, query: MachineQuery) {
  const { client, mac, node, since, until } = query
  return {
    // Of a node that has been deleted there still are events.
    ...(node !== undefined && { node_uuid: canonicalUuidOf(node) ?? (await nodeNamed(parts, node)).uuid }),
    ...(mac !== undefined && { mac: askedMac(mac) }),
    ...(client !== undefined && { client: askedAddress(client) }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}

/** Throws `InvalidParameter`. */
export function askedMac(text: string): string {
  const mac = parseNicAddress(text)
  if (mac === undefined) throw new BootringError('InvalidParameter', `Expected a MAC: ${text}`)
  return mac
}

function askedAddress(text: string): string {
  const address = parseClientAddress(text)
  if (address === undefined) throw new BootringError('InvalidParameter', `Expected an IP address: ${text}`)
  return address
}
