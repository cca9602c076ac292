import { BootFileSync } from '../../src/conductor/boot-files/boot-file-sync.ts'
import { Takeovers } from '../../src/conductor/boot-files/takeovers.ts'
import { Conductor } from '../../src/conductor/conductor.ts'
import { Heartbeat } from '../../src/conductor/membership/heartbeat.ts'
import { BootInterface } from '../../src/drivers/boot/boot-interface.ts'
import type { BootNode } from '../../src/model/node.ts'
import { FleetRings } from '../../src/ring/fleet-rings.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import type { RecordedStores } from './recorded-stores.ts'
import type { SimProcess } from './sim-process.ts'

export const times = {
  heartbeatSeconds: 10,
  heartbeatTimeoutSeconds: 60,
  membershipSeconds: 15,
  syncSeconds: 180,
}

const interfaces = [{ hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true }]

export interface SimConductor {
  readonly hostname: string
  readonly process: SimProcess
  readonly conductor: Conductor
  readonly log: ReturnType<typeof recordingLogger>
}

/** Rings as each process has them. */
export function ringsOf(stores: RecordedStores, process: SimProcess): FleetRings {
  return new FleetRings(
    stores.conductors,
    {
      algorithm: 'md5',
      partitionExponent: 5,
      resetIntervalSeconds: times.membershipSeconds,
      heartbeatTimeoutSeconds: times.heartbeatTimeoutSeconds,
    },
    () => process.now(),
  )
}

/** A conductor made of the real parts, in a simulated process; its disk outlives it. */
export function startSimConductor(
  hostname: string,
  conductorGroup: string,
  process: SimProcess,
  stores: RecordedStores,
  disk: Set<string>,
  random: () => number,
): SimConductor {
  const log = recordingLogger()
  const rings = ringsOf(stores, process)
  const heartbeat = new Heartbeat(
    stores.conductors,
    { hostname, conductorGroup, interfaces, intervalSeconds: times.heartbeatSeconds },
    log,
    process,
  )
  const boot = new SimBoot(process, disk, random)
  const sync = new BootFileSync({
    hostname,
    nodes: stores.nodes,
    rings,
    takeovers: new Takeovers(stores.reservations, heartbeat),
    bootInterfaceOf: () => boot,
    nodesOnDisk: async () => [...disk],
    remove: async (uuid) => void disk.delete(uuid),
    removeUnusedImages: async () => undefined,
    log,
  })
  const conductor = new Conductor({
    database: stores,
    rings,
    heartbeat,
    bootInterfaceOf: () => boot,
    sync,
    hostname,
    heartbeatTimeoutSeconds: times.heartbeatTimeoutSeconds,
    syncIntervalSeconds: times.syncSeconds,
    membershipIntervalSeconds: times.membershipSeconds,
    log,
    timers: process,
  })
  return { hostname, process, conductor, log }
}

/** Most images are there already; some take longer than a conductor may be silent. */
class SimBoot extends BootInterface {
  readonly #process: SimProcess
  readonly #disk: Set<string>
  readonly #random: () => number

  constructor(process: SimProcess, disk: Set<string>, random: () => number) {
    super('simulated')
    this.#process = process
    this.#disk = disk
    this.#random = random
  }

  override async getBootConfig({ uuid }: BootNode): Promise<string> {
    return `#!ipxe\n# ${uuid}\n`
  }

  override async prepare({ uuid }: Pick<BootNode, 'uuid'>): Promise<void> {
    const milliseconds = this.#random() < 0.3 ? 20_000 + this.#random() * 80_000 : this.#random() * 2_000
    await new Promise<void>((resolve) => this.#process.after(milliseconds, resolve))
    this.#disk.add(uuid)
  }
}
