import { type IscCondition, isWholeUserClass } from './isc-condition.ts'

/** A kind of machine, as far as conditions tell machines apart. */
export interface IscMachine {
  runsIpxe: boolean
  sent: ReadonlyMap<string, Sent>
}

/** A text that a condition names; true: something else, false: nothing. */
type Sent = string | boolean

/** Whether something is so, of each kind of machine: 0: no, 1: nobody knows, 2: yes. */
export type Verdicts = Uint8Array

/** Whoever has more conditions than make so many kinds has some that are not told apart. */
const maxMachines = 2000

/** Goes through all kinds of machines that these conditions tell apart, once for each condition. */
export class IscMachines {
  readonly machines: readonly IscMachine[]
  readonly #known = new Map<IscCondition, Verdicts>()
  readonly #allKnown = new Map<readonly IscCondition[], Verdicts>()

  constructor(conditions: Iterable<IscCondition>) {
    this.machines = machinesOf(conditions)
  }

  /** Whether all of these hold. Conditions that are handed over again are not gone through again. */
  all(conditions: readonly IscCondition[]): Verdicts {
    const known = this.#allKnown.get(conditions)
    if (known !== undefined) return known
    const each = conditions.map((condition) => this.#one(condition))
    const verdicts = this.#verdicts((at) => Math.min(2, ...each.map((one) => one[at] ?? 1)))
    this.#allKnown.set(conditions, verdicts)
    return verdicts
  }

  #one(condition: IscCondition): Verdicts {
    const known = this.#known.get(condition)
    if (known !== undefined) return known
    const verdicts = this.#judged(condition)
    this.#known.set(condition, verdicts)
    return verdicts
  }

  #judged(condition: IscCondition): Verdicts {
    switch (condition.kind) {
      case 'not': {
        const inner = this.#one(condition.of)
        return inner.map((verdict) => 2 - verdict)
      }
      case 'and':
      case 'or': {
        const [left, right] = [this.#one(condition.left), this.#one(condition.right)]
        const decides = condition.kind === 'or' ? Math.max : Math.min
        return left.map((verdict, at) => decides(verdict, right[at] ?? 1))
      }
      case 'ipxe':
        return this.#verdicts((at) => (this.machines[at]?.runsIpxe ? 2 : 0))
      case 'unknown':
        return this.#verdicts(() => 1)
      case 'has':
      case 'equals':
        return this.#verdicts((at) => {
          const sent = this.machines[at]?.sent.get(condition.what)
          if (sent === undefined) return 1
          return (condition.kind === 'has' ? sent !== false : sent === condition.value) ? 2 : 0
        })
    }
  }

  #verdicts(of: (at: number) => number): Verdicts {
    return Uint8Array.from(this.machines, (_, at) => of(at))
  }
}

function machinesOf(conditions: Iterable<IscCondition>): IscMachine[] {
  const values = new Map<string, Set<Sent>>()
  for (const condition of leaves(conditions)) {
    if (condition.kind !== 'has' && condition.kind !== 'equals') continue
    const found = values.get(condition.what) ?? new Set<Sent>([true])
    found.add(condition.kind === 'has' ? false : condition.value)
    values.set(condition.what, found)
  }
  let machines: IscMachine[] = [true, false].map((runsIpxe) => ({ runsIpxe, sent: new Map() }))
  // A list of MACs must not keep architectures from being told apart.
  for (const [what, all] of [...values].sort(([, a], [, b]) => a.size - b.size)) {
    const ofOthers = [...all]
    const sentBy = ({ runsIpxe }: IscMachine) => (runsIpxe ? ofIpxe(what, ofOthers) : ofOthers)
    if (machines.length * ofOthers.length > maxMachines) continue
    machines = machines.flatMap((machine) =>
      sentBy(machine).map((value) => ({
        runsIpxe: machine.runsIpxe,
        sent: new Map([...machine.sent, [what, value]]),
      })),
    )
  }
  return machines
}

/** So begins iPXE's vendor class, whatever it was loaded by; it has 32 bytes. */
const vendorClass = 'PXEClient:Arch:0'

/** iPXE has a user class, and says PXEClient in its vendor class. */
function ofIpxe(what: string, all: readonly Sent[]): readonly Sent[] {
  if (isWholeUserClass(what)) return [true]
  const whole = /^option (?:dhcp\.)?vendor-class-identifier$/.test(what)
  const part = /^substring ?\( option (?:dhcp\.)?vendor-class-identifier , (\d+) , (\d+) \)$/.exec(what)
  if (whole || part !== null) {
    const [from, length] = part === null ? [0, 32] : [Number(part[1]), Number(part[2])]
    const begin = vendorClass.slice(from, from + length)
    const can = all.filter((value) => value === true || (typeof value === 'string' && value.startsWith(begin)))
    return begin.length === length && can.includes(begin) ? [begin] : can
  }
  return /vendor-class/.test(what) ? all.filter((value) => value !== false) : all
}

type Leaf = Exclude<IscCondition, { kind: 'not' | 'and' | 'or' }>

/** Each once, however many have it in common. */
function leaves(conditions: Iterable<IscCondition>): Leaf[] {
  const found: Leaf[] = []
  const seen = new Set(conditions)
  // What is added to a set while it is gone through comes at its end.
  for (const condition of seen) {
    if (condition.kind === 'not') seen.add(condition.of)
    else if (condition.kind === 'and' || condition.kind === 'or') seen.add(condition.left).add(condition.right)
    else found.push(condition)
  }
  return found
}
