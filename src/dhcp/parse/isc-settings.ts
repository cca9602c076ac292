import type { DhcpBootFile, DhcpPlace } from './dhcp-configuration.ts'
import type { IscCondition } from './isc-condition.ts'
import { type IscMachine, IscMachines, type Verdicts } from './isc-machines.ts'

/** A boot file is set, for whoever is in this scope and fulfils all of these conditions. */
export interface Setting extends DhcpPlace {
  /** An empty one takes away what was set before, and is no boot file itself. */
  value: string
  scope: Scope
  conditions: readonly IscCondition[]
}

/** The later in this list, the later it counts, and the last one wins: dhcpd goes through a machine's networks from outside, then its classes, then its host. */
const kinds = ['network', 'class', 'host'] as const

export interface Scope {
  kind: (typeof kinds)[number]
  /** Numbers of the braces around it; of a class, those from its own on. */
  path: readonly number[]
}

/** Who is left with each boot file, when those that count later are gone through. `isKnownOnly`: there are no machines but hosts. */
export function bootFilesOf(settings: readonly Setting[], isKnownOnly: boolean): DhcpBootFile[] {
  const machines = new IscMachines(settings.flatMap(({ conditions }) => conditions))
  const set = settings.map(({ conditions, file, line, scope, value }) => ({
    place: { file, line },
    value,
    ...scope,
    fits: machines.all(conditions),
  }))
  const order = new SettingOrder(set, isKnownOnly)
  const bootFiles: DhcpBootFile[] = []
  for (const one of set.reverse()) {
    if (one.value !== '')
      bootFiles.push({ ...one.place, value: one.value, ipxe: whoGets(one.fits, order.later(one), machines.machines) })
    order.seen(one)
  }
  return bootFiles.reverse()
}

/** A setting in its scope. */
interface Placed extends Scope {
  fits: Verdicts
}

/** What counts later than a setting: each one is added up where it counts, so that the work grows with the file and no faster. */
class SettingOrder {
  readonly #isKnownOnly: boolean
  readonly #ofKind = new Map<Scope['kind'], Verdicts>()
  /** Of each scope that sets anything: what scopes within it set. */
  readonly #within = new Map<string, Verdicts | undefined>()
  /** Of each scope: what it sets further down. */
  readonly #after = new Map<string, Verdicts>()
  /** Of each class: what those before it set; of two, the first one counts last. */
  readonly #before = new Map<number, Verdicts | undefined>()

  constructor(settings: readonly Placed[], isKnownOnly: boolean) {
    this.#isKnownOnly = isKnownOnly
    for (const { kind, path } of settings) this.#within.set(keyOf(kind, path), undefined)
    for (const { fits, kind, path } of settings) {
      this.#ofKind.set(kind, either(this.#ofKind.get(kind), fits))
      for (let depth = 0; depth < path.length; depth += 1) {
        const outer = keyOf(kind, path.slice(0, depth))
        if (this.#within.has(outer)) this.#within.set(outer, either(this.#within.get(outer), fits))
      }
    }
    let before: Verdicts | undefined
    const classes = Map.groupBy(
      settings.filter(({ kind }) => kind === 'class'),
      ({ path }) => path[0] ?? 0,
    )
    for (const [number, ofClass] of [...classes].sort(([a], [b]) => a - b)) {
      this.#before.set(number, before?.slice())
      for (const { fits } of ofClass) before = either(before, fits)
    }
  }

  /** Of its scope, all that follow have to be `seen`. */
  later({ kind, path }: Placed): Verdicts[] {
    const key = keyOf(kind, path)
    return [
      ...kinds
        .slice(kinds.indexOf(kind) + 1)
        .filter((other) => other !== 'host' || this.#isKnownOnly)
        .map((other) => this.#ofKind.get(other)),
      this.#within.get(key),
      this.#after.get(key),
      kind === 'class' ? this.#before.get(path[0] ?? 0) : undefined,
    ].filter((verdicts) => verdicts !== undefined)
  }

  seen({ fits, kind, path }: Placed): void {
    const key = keyOf(kind, path)
    this.#after.set(key, either(this.#after.get(key), fits))
  }
}

const keyOf = (kind: string, path: readonly number[]): string => `${kind} ${path.join()}`

/** Changes what there was. */
function either(before: Verdicts | undefined, more: Verdicts): Verdicts {
  if (before === undefined) return more.slice()
  for (const [at, verdict] of more.entries()) if (verdict > (before[at] ?? 0)) before[at] = verdict
  return before
}

function whoGets(fits: Verdicts, later: readonly Verdicts[], machines: readonly IscMachine[]): DhcpBootFile['ipxe'] {
  const may = new Set<boolean>()
  const does = new Set<boolean>()
  for (const [at, { runsIpxe }] of machines.entries()) {
    const fit = fits[at] ?? 1
    const taken = Math.max(0, ...later.map((verdicts) => verdicts[at] ?? 1))
    if (fit > 0 && taken < 2) may.add(runsIpxe)
    if (fit === 2 && taken === 0) does.add(runsIpxe)
  }
  if (may.size !== does.size) return 'unknown'
  return does.has(true) ? (does.has(false) ? 'either' : 'only') : 'never'
}
