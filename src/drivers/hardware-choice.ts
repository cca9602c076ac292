import type { HardwareInterface } from '../model/conductor.ts'
import { BootringError } from '../model/errors.ts'
import { type InterfaceType, interfaceTypes, type NodeRecord } from '../model/records.ts'
import type { EnabledHardware } from './enabled-hardware.ts'
import { hardwareProblems } from './hardware-problems.ts'
import { hardwareTypes, type Offers } from './hardware-types.ts'

type InterfaceColumn = `${InterfaceType}_interface`
/** Names of interfaces, by column of `nodes`. */
export type InterfaceColumns = { [C in InterfaceColumn]?: string }
/** Of a node: what it says itself. Interfaces that it names none of are the defaults. */
export type Choosing = Pick<NodeRecord, 'driver'> & Partial<Pick<NodeRecord, InterfaceColumn>>

/**
 * Which interfaces nodes may have and do have, by name. As in Ironic: what the node says; else `default_<type>_interface`;
 * else the first that is enabled, in the order of the hardware type.
 */
export class HardwareChoice {
  readonly #enabled: EnabledHardware
  readonly #byType: ReadonlyMap<string, Offers>

  /** Throws `ConfigInvalid` naming options and values. */
  constructor(enabled: EnabledHardware) {
    const problems = hardwareProblems(enabled)
    if (problems.length > 0)
      throw new BootringError(
        'ConfigInvalid',
        problems.map(({ option, value, expected }) => `[DEFAULT]${option} = ${value}: expected ${expected}`).join('\n'),
      )
    this.#enabled = enabled
    this.#byType = new Map(Object.entries<Offers>(hardwareTypes).filter(([type]) => enabled.types.includes(type)))
  }

  /** Enabled hardware types, in the order of the option. */
  get types(): string[] {
    return [...new Set(this.#enabled.types)]
  }

  /** All interfaces of a node, as columns. Throws `DriverNotFound` or `InterfaceNotFound`. */
  interfacesOf(node: Choosing): InterfaceColumns {
    const columns: InterfaceColumns = {}
    for (const type of interfaceTypes) columns[`${type}_interface`] = this.nameOf(node, type)
    return columns
  }

  /** Throws `DriverNotFound` or `InterfaceNotFound`. */
  nameOf(node: Choosing, type: InterfaceType): string {
    const named = node[`${type}_interface`] ?? undefined
    if (named === undefined) return this.defaultOf(node.driver, type)
    this.check(node.driver, type, named)
    return named
  }

  /** Whether nodes of the hardware type may have the interface. Throws `DriverNotFound` or `InterfaceNotFound`. */
  check(hardwareType: string, type: InterfaceType, name: string): void {
    const names = this.offered(hardwareType, type)
    if (!names.includes(name))
      throw new BootringError(
        'InterfaceNotFound',
        `${hardwareType} has no ${type} interface ${JSON.stringify(name)} that is enabled: it has ${names.join(', ')}`,
      )
  }

  /** Enabled interfaces that nodes of the hardware type may have, the one that comes first being first. Throws `DriverNotFound`. */
  offered(hardwareType: string, type: InterfaceType): string[] {
    const offers = this.#byType.get(hardwareType)
    if (offers === undefined)
      throw new BootringError(
        'DriverNotFound',
        `hardware type ${JSON.stringify(hardwareType)} is not enabled here: ${this.types.join(', ')} are`,
      )
    return offers[type].filter((name) => this.#enabled.interfaces[type].includes(name))
  }

  /** Throws `DriverNotFound`. */
  defaultOf(hardwareType: string, type: InterfaceType): string {
    const offered = this.offered(hardwareType, type)
    const name = this.#enabled.defaults[type] ?? offered[0]
    // Else the constructor has thrown.
    if (name === undefined) throw new Error(`no ${type} interface of ${hardwareType} is enabled`)
    return name
  }

  /** The rows of `conductor_hardware_interfaces` with which a conductor says what it offers. */
  rows(): HardwareInterface[] {
    return this.types.flatMap((hardwareType) =>
      interfaceTypes.flatMap((interfaceType) => {
        const byDefault = this.defaultOf(hardwareType, interfaceType)
        return this.offered(hardwareType, interfaceType).map((interfaceName) => ({
          hardwareType,
          interfaceType,
          interfaceName,
          isDefault: interfaceName === byDefault,
        }))
      }),
    )
  }
}
