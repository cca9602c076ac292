import type { JsonObject } from '../model/node.ts'
import { contains, type Family, parseNetwork, showIp } from './ip-address.ts'
import { keaReservation } from './kea.ts'
import type { Reservation } from './network-plan.ts'

export interface ReplacedReservations {
  /** Kea's whole configuration, with nothing but reservations changed; undefined: they are all there as they are. */
  config: JsonObject | undefined
  added: number
  removed: number
  /** Sentences on what could not be reserved. */
  notes: string[]
}

/**
 * Puts the fleet's reservations into a running Kea's configuration, in place of those that were put there before. Those of
 * the operator's own stay, and win where both are of one NIC or one address.
 */
export function replaceReservations(
  running: JsonObject,
  reservations: readonly Reservation[],
  family: Family,
): ReplacedReservations {
  const config = structuredClone(running)
  const subnets = [config, ...objects(config['shared-networks'])].flatMap((holder) =>
    objects(holder[`subnet${family}`]),
  )
  const networks = subnets.map((subnet) => ({ subnet, network: parseNetwork(String(subnet.subnet)) }))
  const holders = [config, ...subnets]
  const before = new Map<JsonObject, JsonObject[]>()
  const foreign = new Set<unknown>()
  for (const holder of holders) {
    const all = objects(holder.reservations)
    before.set(holder, all.filter(isOurs))
    const own = all.filter((one) => !isOurs(one))
    for (const one of own) for (const key of keysOf(one)) foreign.add(key)
    if (holder.reservations !== undefined || holder === config) holder.reservations = own
  }

  const notes: string[] = []
  const after = new Map<JsonObject, JsonObject[]>()
  for (const reservation of reservations) {
    const address = reservation.addresses.find((ip) => ip.family === family)
    const subnet = address && networks.find(({ network }) => network && contains(network, address))?.subnet
    const made = keaReservation(subnet ? reservation : { ...reservation, addresses: [] }, family)
    if (address && !subnet) notes.push(`${reservation.mac}: ${showIp(address)} is in no subnet of Kea's`)
    if (keysOf({ ...made }).some((key) => foreign.has(key)))
      notes.push(`${reservation.mac}: Kea has a reservation of that NIC or address already, which is not bootring's`)
    else {
      const holder = subnet ?? config
      const list = after.get(holder) ?? []
      list.push({ ...made })
      after.set(holder, list)
    }
  }

  let added = 0
  let removed = 0
  for (const holder of holders) {
    const old = (before.get(holder) ?? []).map(essence)
    const now = (after.get(holder) ?? []).map(essence)
    added += without(now, old)
    removed += without(old, now)
    const list = after.get(holder) ?? []
    if (list.length > 0) holder.reservations = [...objects(holder.reservations), ...list]
  }
  return { config: added + removed > 0 ? config : undefined, added, removed, notes }
}

const isOurs = (reservation: JsonObject): boolean =>
  isObject(reservation['user-context']) && 'bootring' in reservation['user-context']

/** What no two reservations may have in common. */
function keysOf(reservation: JsonObject): unknown[] {
  const mac = reservation['hw-address']
  const { 'ip-address': address, 'ip-addresses': addresses } = reservation
  return [
    ...(typeof mac === 'string' ? [mac.toLowerCase()] : []),
    ...[address, ...(Array.isArray(addresses) ? addresses : [])].filter((ip) => typeof ip === 'string' && ip !== ''),
  ]
}

/** What of a reservation is ours: Kea shows it with more members than it was given. */
function essence(reservation: JsonObject): string {
  const { hostname, 'user-context': context } = reservation
  return JSON.stringify([keysOf(reservation), hostname, isObject(context) ? context.bootring : null])
}

function without(list: readonly string[], others: readonly string[]): number {
  const known = new Set(others)
  return list.filter((one) => !known.has(one)).length
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
