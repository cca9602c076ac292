import { type InterfaceType, interfaceTypes } from '../model/records.ts'
import type { EnabledHardware } from './enabled-hardware.ts'
import { hardwareTypes, type Offers } from './hardware-types.ts'

/** What is wrong with an option of `[DEFAULT]`; `expected` is to be read after that word. */
export interface HardwareProblem {
  readonly option: string
  readonly value: string
  readonly expected: string
}

const known = new Map(Object.entries<Offers>(hardwareTypes))

/** What keeps a conductor from offering what is enabled: names that bootring does not have, and types without an interface. */
export function hardwareProblems(enabled: EnabledHardware): HardwareProblem[] {
  const types = enabled.types.flatMap((type) => known.get(type) ?? [])
  return [
    ...unknownNames('enabled_hardware_types', enabled.types, [...known.keys()]),
    ...(enabled.types.length === 0
      ? [{ option: 'enabled_hardware_types', value: '', expected: `some of ${[...known.keys()].join(', ')}` }]
      : []),
    ...interfaceTypes.flatMap((type) => {
      const unknown = unknownNames(`enabled_${type}_interfaces`, enabled.interfaces[type], namesOf(type))
      return unknown.length > 0 ? unknown : types.flatMap((offers) => problemsOf(type, offers, enabled)).slice(0, 1)
    }),
  ]
}

/** Of one interface type of one hardware type that is enabled. */
function problemsOf(type: InterfaceType, offers: Offers, enabled: EnabledHardware): HardwareProblem[] {
  const names = enabled.interfaces[type]
  const usable = offers[type].filter((name) => names.includes(name))
  const hardwareType = [...known].find(([, one]) => one === offers)?.[0]
  if (usable.length === 0) {
    const expected = `one at least of ${offers[type].join(', ')}, for ${hardwareType}`
    return [{ option: `enabled_${type}_interfaces`, value: names.join(','), expected }]
  }
  const byDefault = enabled.defaults[type]
  if (byDefault === undefined || usable.includes(byDefault)) return []
  const expected = `an interface that is enabled, and that ${hardwareType} has: ${usable.join(', ')}`
  return [{ option: `default_${type}_interface`, value: byDefault, expected }]
}

const namesOf = (type: InterfaceType): string[] => [
  ...new Set([...known.values()].flatMap((offers) => [...offers[type]])),
]

const unknownNames = (option: string, names: readonly string[], all: readonly string[]): HardwareProblem[] =>
  names.every((name) => all.includes(name))
    ? []
    : [{ option, value: names.join(','), expected: `names that bootring has: ${all.join(', ')}` }]
