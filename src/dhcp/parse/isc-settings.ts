import type { DhcpBootFile, DhcpPlace } from './dhcp-configuration.ts'
import type { IscCondition } from './isc-condition.ts'
import { holds, type IscMachine, machinesOf } from './isc-machines.ts'

/** A boot file is set, for whoever is in this scope and fulfils all of these conditions. */
export interface Setting extends DhcpPlace {
  value: string
  scope: Scope
  conditions: readonly IscCondition[]
}

/** The later in this list, the later it counts, and the last one wins: dhcpd goes through a machine's networks from outside, then its classes, then its host. */
const kinds = ['network', 'class', 'host'] as const

export interface Scope {
  kind: (typeof kinds)[number]
  /** Numbers of the braces around it. */
  path: readonly number[]
}

/** Who is left with each boot file, when those that count later are gone through. `isKnownOnly`: there are no machines but hosts. */
export function bootFilesOf(settings: readonly Setting[], isKnownOnly: boolean): DhcpBootFile[] {
  const machines = machinesOf(settings.flatMap(({ conditions }) => conditions))
  const fits = settings.map(({ conditions }) => machines.map((machine) => mayHold(conditions, machine)))
  return settings.flatMap(({ file, line, value }, index): DhcpBootFile[] => {
    // An empty one takes away what was set before, and is no boot file itself.
    if (value === '') return []
    const later = fits.filter((_, other) => countsLater(settings, index, other, isKnownOnly))
    const left = machines.filter((_, at) => fits[index]?.[at] === true && !later.some((other) => other[at]))
    const isLeft = (runs: boolean) => left.some(({ runsIpxe }) => runsIpxe === runs)
    return [{ file, line, value, ipxe: isLeft(true) ? (isLeft(false) ? 'either' : 'only') : 'never' }]
  })
}

/** Whether it may be so. */
const mayHold = (conditions: readonly IscCondition[], machine: IscMachine): boolean =>
  conditions.every((condition) => holds(condition, machine) !== false)

function countsLater(settings: readonly Setting[], index: number, other: number, isKnownOnly: boolean): boolean {
  const [a, b] = [settings[index]?.scope, settings[other]?.scope]
  if (a === undefined || b === undefined) return false
  if (a.kind !== b.kind && b.kind === 'host' && !isKnownOnly) return false
  if (a.kind !== b.kind) return kinds.indexOf(b.kind) > kinds.indexOf(a.kind)
  const isInside = a.path.every((part, at) => b.path[at] === part)
  if (isInside) return b.path.length > a.path.length || other > index
  // Of two classes, the first one counts last.
  return a.kind === 'class' && other < index
}
