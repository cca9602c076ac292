import { BootInterface } from '../../src/drivers/boot/boot-interface.ts'
import type { Rehearsal } from '../../src/drivers/fake/rehearsal.ts'
import { HardwareRegistry } from '../../src/drivers/hardware-registry.ts'
import { hardwareTypes } from '../../src/drivers/hardware-types.ts'
import type { Hardware, NodeTask, TaskChanges } from '../../src/drivers/interfaces.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { NodeWithPorts } from '../../src/model/node.ts'
import { interfaceTypes, type NewPort, type NodeRecord, type PortRecord } from '../../src/model/records.ts'
import { aNodeRecord, aPortRecord } from './management-records.ts'

/** Everything that bootring has, enabled. */
export const allEnabled = {
  types: Object.keys(hardwareTypes),
  interfaces: Object.fromEntries(
    interfaceTypes.map((type) => [type, [...new Set(Object.values(hardwareTypes).flatMap((all) => [...all[type]]))]]),
  ) as Record<(typeof interfaceTypes)[number], string[]>,
  defaults: {},
}

/** Writes down what is done to it; `broken` makes it fail. */
export class RecordingBoot extends BootInterface {
  readonly prepared: NodeWithPorts[] = []
  readonly cleanedUp: string[] = []
  readonly #events: string[]
  broken: BootringError | undefined

  constructor(events: string[] = []) {
    super('ipxe')
    this.#events = events
  }

  override validate({ node, ports }: Pick<NodeTask, 'node' | 'ports'>): void {
    if (this.broken) throw this.broken
    this.#events.push(`validate ${node.deploy_interface} with ${ports.length} ports`)
  }

  override async prepare(node: NodeWithPorts): Promise<void> {
    if (this.broken) throw this.broken
    this.prepared.push(node)
    this.#events.push(`prepare for ${node.provisionState}`)
  }

  override async cleanUp(nodeUuid: string): Promise<void> {
    this.cleanedUp.push(nodeUuid)
    this.#events.push('clean up')
  }
}

/** An exclusive task whose rows are in memory, by interfaces that are real but for booting. */
export class FakeTask implements NodeTask {
  node: NodeRecord
  ports: PortRecord[]
  readonly portgroups = []
  readonly controller = new AbortController()
  readonly signal = this.controller.signal
  /** What was done, in order: boot files, and the power state and boot device as they change. */
  readonly events: string[] = []
  readonly boot = new RecordingBoot(this.events)
  readonly #registry: HardwareRegistry

  constructor(node: Partial<NodeRecord> = {}, { rehearsal }: { rehearsal?: Rehearsal } = {}) {
    this.node = aNodeRecord({ network_interface: 'noop', boot_interface: 'ipxe', ...node })
    this.ports = [aPortRecord()]
    this.#registry = new HardwareRegistry({
      enabled: allEnabled,
      bootInterfaceOf: () => this.boot,
      ...(rehearsal === undefined ? {} : { rehearsal }),
    })
  }

  get hardware(): Hardware {
    return this.#registry.hardwareOf(this.node)
  }

  async update(changes: TaskChanges): Promise<void> {
    const before = this.node
    this.node = { ...before, ...changes }
    if (this.node.power_state !== before.power_state) this.events.push(String(this.node.power_state))
    const [was, is] = [before, this.node].map((node) => JSON.stringify(node.driver_internal_info.fake_boot_device))
    if (is !== undefined && is !== was) this.events.push(`boot device ${is}`)
  }

  async updatePort(): Promise<void> {
    throw new Error('no interface changes ports')
  }

  async updatePortgroup(): Promise<void> {
    throw new Error('no interface changes portgroups')
  }

  async createPort(port: NewPort): Promise<void> {
    if (this.ports.some(({ address }) => address === port.address))
      throw new BootringError('Duplicate', `address ${port.address} is taken`)
    this.ports.push(aPortRecord({ ...port, id: this.ports.length + 1 }))
  }
}
