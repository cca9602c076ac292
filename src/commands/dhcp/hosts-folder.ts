import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dnsmasqHost } from '../../dhcp/dnsmasq.ts'
import type { Reservation } from '../../dhcp/network-plan.ts'
import { unlessMissing, writeFileAtomically } from '../../ipxe/write-file-atomically.ts'
import type { ReservationChanges, ReservationTarget } from './reservation-target.ts'

/** Files of this name are ours; everything else in the folder is left alone. */
const ownName = /^node-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * dnsmasq's `dhcp-hostsdir`: one file a node. dnsmasq reads a file when it appears in the folder, and forgets what it had read only
 * when it is told to (SIGHUP): `forget` is called after a file was changed or removed. dnsmasq skips names that begin with a dot, as those of
 * half-written files do.
 */
export class HostsFolder implements ReservationTarget {
  readonly #folder: string
  readonly #forget: () => Promise<void>
  #toForget = false
  /** As they were last seen: with tens of thousands of nodes not all files are read each time. */
  readonly #texts = new Map<string, string>()

  constructor(folder: string, forget: () => Promise<void>) {
    this.#folder = folder
    this.#forget = forget
  }

  async apply(reservations: readonly Reservation[]): Promise<ReservationChanges> {
    await mkdir(this.#folder, { recursive: true })
    const wanted = new Map<string, string>()
    for (const [uuid, ofNode] of Map.groupBy(reservations, ({ nodeUuid }) => nodeUuid))
      wanted.set(`node-${uuid}`, ofNode.map((one) => `${dnsmasqHost(one)}\n`).join(''))
    const present = new Set((await readdir(this.#folder)).filter((name) => ownName.test(name)))
    const changes = { added: 0, changed: 0, removed: 0, notes: [] }
    // First, so that an address which goes to another node is free by then.
    for (const name of present) {
      if (wanted.has(name)) continue
      await rm(join(this.#folder, name), { force: true })
      this.#texts.delete(name)
      changes.removed += 1
      this.#toForget = true
    }
    for (const [name, text] of wanted) {
      const path = join(this.#folder, name)
      const before = present.has(name)
        ? (this.#texts.get(name) ?? (await unlessMissing(readFile(path, 'utf8'))))
        : undefined
      if (before !== text) await writeFileAtomically(path, text)
      this.#texts.set(name, text)
      if (before === text) continue
      if (!present.has(name)) changes.added += 1
      else {
        changes.changed += 1
        this.#toForget = true
      }
    }
    if (this.#toForget) {
      await this.#forget()
      this.#toForget = false
    }
    return changes
  }
}
