import type { BootInterface } from '../drivers/boot/boot-interface.ts'
import type { HardwareInterface } from '../model/conductor.ts'
import type { BootNode } from '../model/node.ts'
import type { Database } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import type { Handlers } from '../rpc/contract.ts'
import type { BootFileSync } from './boot-file-sync.ts'
import { Heartbeat } from './heartbeat.ts'
import { MembershipWatch } from './membership-watch.ts'
import { getBootConfig } from './methods/get-boot-config.ts'
import { Periodic } from './periodic.ts'

export interface ConductorParts {
  database: Pick<Database, 'nodes' | 'conductors'>
  rings: FleetRings
  bootInterfaceOf(node: Pick<BootNode, 'bootInterface'>): BootInterface
  sync: BootFileSync
  /** What other hosts call this conductor by; unique in the fleet. */
  hostname: string
  conductorGroup: string
  interfaces: HardwareInterface[]
  heartbeatIntervalSeconds: number
  /** How often the whole fleet is walked; 0: only at start and when the membership changes. */
  syncIntervalSeconds: number
  /** How often the membership is looked at. */
  membershipIntervalSeconds: number
  log: Logger
}

/**
 * One conductor: answers for the nodes that the ring gives it, keeps their boot files on its disk, and says that it is
 * alive. The servers that let others in (RPC, files) are opened and closed by whoever runs it, around `start` and `stop`.
 */
export class Conductor {
  /** What this conductor answers by RPC. */
  readonly handlers: Handlers
  readonly #parts: ConductorParts
  readonly #heartbeat: Heartbeat
  readonly #membership: MembershipWatch
  readonly #periodic: Periodic[]
  /** The boot files have not been brought in line with the membership yet, or that failed. */
  #behind = true

  constructor(parts: ConductorParts) {
    this.#parts = parts
    this.handlers = { get_boot_config: getBootConfig(parts.database.nodes, parts.bootInterfaceOf) }
    this.#heartbeat = new Heartbeat(
      parts.database.conductors,
      {
        hostname: parts.hostname,
        conductorGroup: parts.conductorGroup,
        interfaces: parts.interfaces,
        intervalSeconds: parts.heartbeatIntervalSeconds,
      },
      parts.log,
    )
    this.#membership = new MembershipWatch(parts.rings)
    this.#periodic = [
      new Periodic('boot files', parts.syncIntervalSeconds, () => parts.sync.run(), parts.log),
      new Periodic('membership', parts.membershipIntervalSeconds, () => this.#followMembership(), parts.log),
    ]
  }

  /**
   * Registers, and begins to bring the boot files in line. Returns once others can be sent here: files that are not
   * ready yet are rendered or fetched when they are asked for.
   */
  async start(): Promise<void> {
    await this.#heartbeat.start()
    this.#parts.rings.reset()
    this.#followMembership().catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'could not bring boot files in line; it will be tried again')
    })
    for (const task of this.#periodic) task.start()
  }

  /** Ends the periodic work and unregisters. Call it after the requests in flight have been answered. */
  async stop(): Promise<void> {
    // The pass first: a periodic task may be waiting for it.
    await Promise.all([this.#parts.sync.stop(), ...this.#periodic.map((task) => task.stop())])
    await this.#heartbeat.stop()
  }

  async #followMembership(): Promise<void> {
    if (await this.#membership.changed()) this.#behind = true
    if (!this.#behind) return
    this.#behind = false
    try {
      await this.#parts.sync.runAnew()
    } catch (error) {
      this.#behind = true
      throw error
    }
  }
}
