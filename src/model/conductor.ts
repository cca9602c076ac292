/** A row of `conductors`, with the hardware types it offers from `conductor_hardware_interfaces`. */
export interface Conductor {
  id: number
  /** As registered; holds its own port (`host:port`) where that is not the default one. This whole string goes into the ring. */
  hostname: string
  /** Lower case; empty for none. */
  conductorGroup: string
  /** `online` and heard from within `[conductor]heartbeat_timeout`. */
  alive: boolean
  /** What the column says; stays true after a kill. */
  online: boolean
  /** It hands its nodes over: the last to be asked, and the owner only of what nobody else offers. Absent: no. */
  draining?: boolean
  /** When its name was first registered (UTC). Absent: not read. */
  createdAt?: Date | null
  /** Last heartbeat (UTC). */
  updatedAt: Date | null
  /** Sorted, without repeats. */
  drivers: string[]
}

/** One row of `conductor_hardware_interfaces`. */
export interface HardwareInterface {
  hardwareType: string
  /** e.g. `boot`, `deploy`. */
  interfaceType: string
  interfaceName: string
  isDefault: boolean
}

/** One process's time as the conductor of a name, from its registration until it leaves, is retired or is replaced. */
export interface ConductorSession {
  /** Key of its row in `conductors`. */
  conductorId: number
  hostname: string
  /** A UUID that no other process has. */
  token: string
}
