import type { BootNode } from '../model/node.ts'
import { BootInterface } from './boot/boot-interface.ts'

/** What a node boots by that says nothing of it: Ironic's default where ipxe is enabled. */
const defaultBootInterface = 'ipxe'

/** The boot interfaces by name. Names that nobody knows get the base class, which serves no boot files. */
export class BootInterfaces {
  readonly #known: ReadonlyMap<string, BootInterface>
  readonly #others = new Map<string, BootInterface>()

  constructor(known: readonly BootInterface[]) {
    this.#known = new Map(known.map((one) => [one.name, one]))
  }

  /** Bound: may be handed on as it is. */
  readonly bootInterfaceOf = (node: Pick<BootNode, 'bootInterface'>): BootInterface => {
    const name = node.bootInterface ?? defaultBootInterface
    const known = this.#known.get(name) ?? this.#others.get(name)
    if (known) return known
    const created = new BootInterface(name)
    // As many as the fleet's rows name; they come from the database, so not without bound.
    if (this.#others.size < 100) this.#others.set(name, created)
    return created
  }
}
