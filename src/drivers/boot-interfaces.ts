import type { BootNode } from '../model/node.ts'
import { BootInterface } from './boot/boot-interface.ts'
import type { IpxeBoot } from './boot/ipxe-boot.ts'

/** What a node boots by that says nothing of it: Ironic's default where ipxe is enabled. */
const defaultBootInterface = 'ipxe'

/** The boot interfaces by name. Those that serve no boot files, and names that nobody knows, get the base class. */
export class BootInterfaces {
  readonly #ipxe: IpxeBoot
  readonly #others = new Map<string, BootInterface>()

  constructor({ ipxe }: { ipxe: IpxeBoot }) {
    this.#ipxe = ipxe
  }

  /** Bound: may be handed on as it is. */
  readonly bootInterfaceOf = (node: Pick<BootNode, 'bootInterface'>): BootInterface => {
    const name = node.bootInterface ?? defaultBootInterface
    if (name === this.#ipxe.name) return this.#ipxe
    const known = this.#others.get(name)
    if (known) return known
    const created = new BootInterface(name)
    // As many as the fleet's rows name; they come from the database, so not without bound.
    if (this.#others.size < 100) this.#others.set(name, created)
    return created
  }
}
