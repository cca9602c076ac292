import type { IscCondition } from './isc-condition.ts'

/** A kind of machine, as far as conditions tell machines apart. */
export interface IscMachine {
  runsIpxe: boolean
  sent: ReadonlyMap<string, Sent>
}

/** A text that a condition names; true: something else, false: nothing. */
type Sent = string | boolean

/** Whoever has more conditions than make so many kinds has some that are not told apart. */
const maxMachines = 2000

/** All kinds of machines that these conditions tell apart. */
export function machinesOf(conditions: readonly IscCondition[]): IscMachine[] {
  const values = new Map<string, Set<Sent>>()
  for (const condition of conditions.flatMap(leaves)) {
    if (condition.kind === 'ipxe') continue
    const found = values.get(condition.what) ?? new Set<Sent>([true])
    found.add(condition.kind === 'has' ? false : condition.value)
    values.set(condition.what, found)
  }
  let machines: IscMachine[] = [true, false].map((runsIpxe) => ({ runsIpxe, sent: new Map() }))
  for (const [what, all] of values) {
    const more = machines.flatMap(({ runsIpxe, sent }) =>
      (runsIpxe ? ofIpxe(what, [...all]) : [...all]).map((value) => ({
        runsIpxe,
        sent: new Map([...sent, [what, value]]),
      })),
    )
    if (more.length <= maxMachines) machines = more
  }
  return machines
}

/** iPXE has a user class, and says PXEClient in its vendor class, whatever it was loaded by. */
function ofIpxe(what: string, all: readonly Sent[]): readonly Sent[] {
  if (/^option (?:dhcp6\.)?user-class(?:es)?$/.test(what)) return [true]
  if (!/vendor-class/.test(what)) return all
  if (all.includes('PXEClient')) return ['PXEClient']
  return all.filter((value) => value === true || (value !== false && value.startsWith('PXEClient')))
}

/** undefined: nobody knows. */
export function holds(condition: IscCondition, machine: IscMachine): boolean | undefined {
  switch (condition.kind) {
    case 'ipxe':
      return machine.runsIpxe
    case 'not': {
      const inner = holds(condition.of, machine)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
    case 'or': {
      const both = [holds(condition.left, machine), holds(condition.right, machine)]
      const decides = condition.kind === 'or'
      if (both.includes(decides)) return decides
      return both.includes(undefined) ? undefined : !decides
    }
    case 'has':
    case 'equals': {
      const sent = machine.sent.get(condition.what)
      if (sent === undefined) return undefined
      return condition.kind === 'has' ? sent !== false : sent === condition.value
    }
  }
}

function leaves(condition: IscCondition): Exclude<IscCondition, { kind: 'not' | 'and' | 'or' }>[] {
  switch (condition.kind) {
    case 'not':
      return leaves(condition.of)
    case 'and':
    case 'or':
      return [...leaves(condition.left), ...leaves(condition.right)]
    default:
      return [condition]
  }
}
