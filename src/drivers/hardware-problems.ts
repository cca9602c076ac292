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

/** What keeps a conductor from offering what is enabled: names that bootring does not have, and types without an interface. All of it. */
export function hardwareProblems(enabled: EnabledHardware): HardwareProblem[] {
  const types = [...known].filter(([name]) => enabled.types.includes(name))
  return [
    ...unknownNames('enabled_hardware_types', enabled.types, [...known.keys()]),
    ...(enabled.types.length === 0
      ? [{ option: 'enabled_hardware_types', value: '', expected: `some of ${[...known.keys()].join(', ')}` }]
      : []),
    ...interfaceTypes.flatMap((type) => problemsOf(type, types, enabled)),
  ]
}

/** Of one interface type, for the hardware types that are enabled and known. */
function problemsOf(
  type: InterfaceType,
  types: readonly (readonly [string, Offers])[],
  { defaults, interfaces }: EnabledHardware,
): HardwareProblem[] {
  const option = `enabled_${type}_interfaces`
  const names = interfaces[type]
  const unknown = unknownNames(option, names, namesOf(type))
  const without = types.filter(([, offers]) => !offers[type].some((name) => names.includes(name)))
  // Of names that are only misspelt no more need be said.
  const ofNames =
    unknown.length > 0
      ? unknown
      : without.map(([name, offers]) => ({
          option,
          value: names.join(','),
          expected: `one at least of ${offers[type].join(', ')}, for ${name}`,
        }))
  const byDefault = defaults[type]
  const common = names.filter((name) => types.every(([, offers]) => offers[type].includes(name)))
  if (byDefault === undefined || common.includes(byDefault)) return ofNames
  // Nothing could be right before those are.
  if (common.length === 0 && ofNames.length > 0) return ofNames
  const having =
    types.length > 0
      ? `, and that ${types.map(([name]) => name).join(' and ')} ${types.length > 1 ? 'have' : 'has'}`
      : ''
  const expected = `an interface that is enabled${having}: ${common.join(', ')}`
  return [...ofNames, { option: `default_${type}_interface`, value: byDefault, expected }]
}

const namesOf = (type: InterfaceType): string[] => [
  ...new Set([...known.values()].flatMap((offers) => [...offers[type]])),
]

const unknownNames = (option: string, names: readonly string[], all: readonly string[]): HardwareProblem[] =>
  names.every((name) => all.includes(name))
    ? []
    : [{ option, value: names.join(','), expected: `names that bootring has: ${all.join(', ')}` }]
