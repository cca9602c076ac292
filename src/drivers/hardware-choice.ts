import type { HardwareInterface } from '../model/conductor.ts'
import { BootringError } from '../model/errors.ts'
import { type InterfaceType, interfaceTypes, type NodeRecord } from '../model/records.ts'
import { hardwareTypes, type Offers } from './hardware-types.ts'

/** `[DEFAULT]enabled_*` and `default_*_interface`. */
export interface EnabledHardware {
  readonly types: readonly string[]
  readonly interfaces: Readonly<Record<InterfaceType, readonly string[]>>
  readonly defaults: Readonly<Partial<Record<InterfaceType, string | undefined>>>
}

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

  /** Throws `ConfigInvalid` naming option and value. */
  constructor(enabled: EnabledHardware) {
    this.#enabled = enabled
    const known = new Map<string, Offers>(Object.entries(hardwareTypes))
    checkNames('[DEFAULT]enabled_hardware_types', enabled.types, [...known.keys()])
    if (enabled.types.length === 0) throw invalid('[DEFAULT]enabled_hardware_types', '', [...known.keys()])
    for (const type of interfaceTypes) {
      const names = new Set([...known.values()].flatMap((offers) => [...offers[type]]))
      checkNames(`[DEFAULT]enabled_${type}_interfaces`, enabled.interfaces[type], [...names])
      const byDefault = enabled.defaults[type]
      if (byDefault !== undefined)
        checkNames(`[DEFAULT]default_${type}_interface`, [byDefault], enabled.interfaces[type])
    }
    this.#byType = new Map([...known].filter(([type]) => enabled.types.includes(type)))
    for (const hardwareType of this.types) {
      for (const type of interfaceTypes) this.#checkDefault(hardwareType, type)
    }
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
    // The constructor has seen that there is one.
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

  #checkDefault(hardwareType: string, type: InterfaceType): void {
    const offers = this.#byType.get(hardwareType)?.[type] ?? []
    const offered = this.offered(hardwareType, type)
    if (offered.length === 0)
      throw new BootringError(
        'ConfigInvalid',
        `[DEFAULT]enabled_${type}_interfaces = ${this.#enabled.interfaces[type].join(',')}: expected one at least of ${offers.join(', ')}, for ${hardwareType} in enabled_hardware_types`,
      )
    const byDefault = this.#enabled.defaults[type]
    if (byDefault !== undefined && !offered.includes(byDefault))
      throw invalid(`[DEFAULT]default_${type}_interface`, byDefault, offered, ` for ${hardwareType}`)
  }
}

function checkNames(option: string, names: readonly string[], known: readonly string[]): void {
  for (const name of names) if (!known.includes(name)) throw invalid(option, name, known)
}

const invalid = (option: string, value: string, known: readonly string[], forWhat = '') =>
  new BootringError(
    'ConfigInvalid',
    `${option}: ${JSON.stringify(value)} is not known: expected of ${known.join(', ')}${forWhat}`,
  )
