import { setTimeout as sleep } from 'node:timers/promises'
import type { Reservation } from '../../dhcp/network-plan.ts'
import type { Logger } from '../../observe/logger.ts'
import type { ReservationTarget } from './reservation-target.ts'

export interface ReservationWatch {
  /** The fleet's reservations as they are now. */
  read(): Promise<{ reservations: readonly Reservation[]; notes: readonly string[] }>
  target: ReservationTarget
  intervalSeconds: number
  log: Logger
  signal: AbortSignal
}

/** More than this many notes at once help nobody. */
const maxLoggedNotes = 20

/**
 * Keeps a DHCP server's reservations like the fleet, until the signal. One look at a time, the next an interval after the last has
 * ended. Where the database or the server is away everything stays as it is: that nothing could be read does not say that there is nothing.
 */
export async function watchReservations({
  intervalSeconds,
  log,
  read,
  signal,
  target,
}: ReservationWatch): Promise<void> {
  let failure: string | undefined
  let noted = new Set<string>()
  let first = true
  while (!signal.aborted) {
    try {
      const { reservations, notes } = await read()
      const changes = await target.apply(reservations)
      if (failure !== undefined) log.info('reservations are kept again')
      failure = undefined
      const { added, changed, removed } = changes
      if (first || added + changed + removed > 0)
        log.info({ nics: reservations.length, added, changed, removed }, 'reservations are like the fleet')
      first = false
      const all = [...notes, ...changes.notes]
      const fresh = all.filter((note) => !noted.has(note))
      for (const note of fresh.slice(0, maxLoggedNotes)) log.warn(note)
      if (fresh.length > maxLoggedNotes) log.warn(`and ${fresh.length - maxLoggedNotes} more like these`)
      noted = new Set(all)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // Once, not every few seconds for as long as an outage lasts.
      if (message !== failure) log.warn({ err: error }, 'reservations can not be kept now; trying again')
      failure = message
    }
    await sleep(intervalSeconds * 1000, undefined, { signal }).catch(() => {})
  }
}
