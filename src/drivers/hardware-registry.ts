import type { HardwareInterface } from '../model/conductor.ts'
import type { InterfaceType, NodeRecord } from '../model/records.ts'
import type { BootInterface } from './boot/boot-interface.ts'
import { DirectDeploy } from './deploy/direct-deploy.ts'
import { FakeDeploy } from './deploy/fake-deploy.ts'
import { RamdiskDeploy } from './deploy/ramdisk-deploy.ts'
import type { EnabledHardware } from './enabled-hardware.ts'
import { FakeBoot } from './fake/fake-boot.ts'
import { Rehearsal } from './fake/rehearsal.ts'
import { type Choosing, HardwareChoice, type InterfaceColumns } from './hardware-choice.ts'
import { AgentInspect } from './inspect/agent-inspect.ts'
import { FakeInspect } from './inspect/fake-inspect.ts'
import { NoInspect } from './inspect/no-inspect.ts'
import type { Hardware } from './interfaces.ts'
import { FakeManagement } from './management/fake-management.ts'
import { NoopManagement } from './management/noop-management.ts'
import { NoopNetwork } from './network/noop-network.ts'
import { FakePower } from './power/fake-power.ts'
import { AgentRescue } from './rescue/agent-rescue.ts'
import { FakeRescue } from './rescue/fake-rescue.ts'
import { NoRescue } from './rescue/no-rescue.ts'

export interface HardwareRegistryParts {
  enabled: EnabledHardware
  /** Boot interfaces by name, but for `fake`. */
  bootInterfaceOf(node: { readonly bootInterface: string | null }): BootInterface
  /** Of the fake interfaces; without delays where absent. */
  rehearsal?: Rehearsal
}

/** The hardware of nodes: what each node's interfaces are, by what is enabled and what its row says. */
export class HardwareRegistry {
  readonly #choice: HardwareChoice
  readonly #bootInterfaceOf: HardwareRegistryParts['bootInterfaceOf']
  readonly #implementations: ReturnType<typeof implementations>

  /** Throws `ConfigInvalid` naming option and value. */
  constructor({ enabled, bootInterfaceOf, rehearsal = new Rehearsal() }: HardwareRegistryParts) {
    this.#choice = new HardwareChoice(enabled)
    const fakeBoot = new FakeBoot(rehearsal)
    this.#bootInterfaceOf = (node) => (node.bootInterface === fakeBoot.name ? fakeBoot : bootInterfaceOf(node))
    this.#implementations = implementations(rehearsal)
  }

  /** Enabled hardware types. */
  get types(): string[] {
    return this.#choice.types
  }

  /** Throws `DriverNotFound` or `InterfaceNotFound`, for types that `Hardware` does not have, too. */
  hardwareOf(node: NodeRecord): Hardware {
    const names = this.#choice.interfacesOf(node)
    return {
      type: node.driver,
      boot: this.#bootInterfaceOf({ bootInterface: names.boot_interface ?? null }),
      deploy: found(this.#implementations.deploy, names.deploy_interface),
      inspect: found(this.#implementations.inspect, names.inspect_interface),
      management: found(this.#implementations.management, names.management_interface),
      network: found(this.#implementations.network, names.network_interface),
      power: found(this.#implementations.power, names.power_interface),
      rescue: found(this.#implementations.rescue, names.rescue_interface),
    }
  }

  /**
   * All interfaces of a node that is to be written: those that it names, checked, and the defaults of the others. Throws
   * `DriverNotFound` or `InterfaceNotFound`.
   */
  checkInterfaces(node: Choosing): InterfaceColumns {
    return this.#choice.interfacesOf(node)
  }

  /** The name of one of a node's interfaces. Throws as `checkInterfaces`. */
  nameOf(node: Choosing, type: InterfaceType): string {
    return this.#choice.nameOf(node, type)
  }

  /** What the default interfaces of a hardware type read of `driver_info`: what each is for, by name. Throws `DriverNotFound`. */
  driverProperties(hardwareType: string): Record<string, string> {
    const defaults = (type: InterfaceType) => this.#choice.defaultOf(hardwareType, type)
    const boot = this.#bootInterfaceOf({ bootInterface: defaults('boot') })
    const others = (['deploy', 'inspect', 'management', 'network', 'power', 'rescue'] as const).map((type) =>
      found<{ properties: Readonly<Record<string, string>> }>(this.#implementations[type], defaults(type)),
    )
    return Object.assign({}, boot.properties, ...others.map(({ properties }) => properties))
  }

  /** The rows of `conductor_hardware_interfaces` with which a conductor says what it offers. */
  rows(): HardwareInterface[] {
    return this.#choice.rows()
  }
}

/** One of each, as no interface keeps anything of a node. */
const implementations = (rehearsal: Rehearsal) => ({
  deploy: byName([new DirectDeploy(), new FakeDeploy(rehearsal), new RamdiskDeploy()]),
  inspect: byName([new AgentInspect(), new FakeInspect(rehearsal), new NoInspect()]),
  management: byName([new FakeManagement(rehearsal), new NoopManagement()]),
  network: byName([new NoopNetwork()]),
  power: byName([new FakePower(rehearsal)]),
  rescue: byName([new AgentRescue(), new FakeRescue(rehearsal), new NoRescue()]),
})

const byName = <T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.name, one]))

/** Every name of hardware-types.ts has its implementation; a test sees to that. */
function found<T>(all: ReadonlyMap<string, T>, name: string | undefined): T {
  const one = name === undefined ? undefined : all.get(name)
  if (one === undefined) throw new Error(`interface ${name} is not implemented`)
  return one
}
