import type { Reservation } from '../../dhcp/network-plan.ts'

/** What became different; all 0: nothing. */
export interface ReservationChanges {
  added: number
  changed: number
  removed: number
  /** Sentences on what could not be reserved. */
  notes: readonly string[]
}

/** A DHCP server whose reservations are kept like the fleet. */
export interface ReservationTarget {
  /** Brings the server's reservations in line; throws where that can't be done now. */
  apply(reservations: readonly Reservation[]): Promise<ReservationChanges>
}
