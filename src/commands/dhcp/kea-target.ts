import type { Family } from '../../dhcp/ip-address.ts'
import { replaceReservations } from '../../dhcp/kea-reservations.ts'
import type { Reservation } from '../../dhcp/network-plan.ts'
import type { JsonObject } from '../../model/node.ts'
import { KeaControl } from './kea-control.ts'
import type { ReservationChanges, ReservationTarget } from './reservation-target.ts'

export interface KeaTargetOptions {
  controlSocket: string
  family: Family
  /** Has Kea write its configuration file, so that it has the reservations when it is started again. */
  write: boolean
}

/**
 * Kea's commands for single reservations are in a library that is not part of its open release (2.2). What is: to read the whole
 * running configuration, and to set it again. Leases stay. Each time it is read anew, so that a change that the operator made
 * meanwhile is kept, and a Kea that was started again gets its reservations back.
 */
export class KeaTarget implements ReservationTarget {
  readonly #kea: KeaControl
  readonly #family: Family
  readonly #write: boolean

  constructor({ controlSocket, family, write }: KeaTargetOptions) {
    this.#kea = new KeaControl(controlSocket)
    this.#family = family
    this.#write = write
  }

  async apply(reservations: readonly Reservation[]): Promise<ReservationChanges> {
    const name = `Dhcp${this.#family}`
    const running = (await this.#kea.command('config-get'))[name]
    if (typeof running !== 'object' || running === null) throw new Error(`config-get: this Kea has no ${name}`)
    const { config, added, removed, notes } = replaceReservations({ ...running }, reservations, this.#family)
    if (config !== undefined) {
      const whole: JsonObject = { [name]: config }
      // A configuration that is set and turns out bad leaves Kea with half of it.
      await this.#kea.command('config-test', whole)
      await this.#kea.command('config-set', whole)
      if (this.#write) await this.#kea.command('config-write')
    }
    return { added, changed: 0, removed, notes }
  }
}
