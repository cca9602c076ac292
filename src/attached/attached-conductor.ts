import { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import type { BootNodeStore } from '../model/stores.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import type { Handlers } from '../rpc/contract.ts'
import type { BootCopies } from './boot-copies.ts'
import type { BootFileKind } from './boot-file-kind.ts'
import { kindsFor } from './boot-interfaces.ts'
import type { IronicFiles } from './ironic-files.ts'
import type { OwnNames } from './own-names.ts'

export interface AttachedConductorParts {
  nodes: BootNodeStore
  rings: Pick<FleetRings, 'owner' | 'refresh'>
  names: Pick<OwnNames, 'registered' | 'sought'>
  files: Pick<IronicFiles, 'find'>
  /** What is known of other conductors' files; absent where conductors keep no copies. */
  copies?: BootCopies | undefined
  /** How long a file may take to become whole. */
  patienceSeconds: number
}

/**
 * Answers for Ironic's conductor on this host: with the boot files that it has written, for the nodes that are its own by
 * the ring. Ironic leaves files on former owners, so that a file is there says nothing. No lock is taken or waited for.
 */
export class AttachedConductor {
  readonly #parts: AttachedConductorParts

  constructor(parts: AttachedConductorParts) {
    this.#parts = parts
  }

  /**
   * A node's boot file, as Ironic wrote it. Throws `NodeNotFound`, `UnsupportedDriverExtension`, `UnknownBootFile`, or
   * `BootConfigUnavailable` where another conductor owns the node, or the file is not there or not whole.
   */
  readonly getBootConfig: Handlers['get_boot_config'] = async ({ node_id: uuid, name }) => {
    const deadline = performance.now() + this.#parts.patienceSeconds * 1000
    const node = await this.#parts.nodes.bootNode(uuid)
    if (node === undefined) throw new BootringError('NodeNotFound', `no node has the UUID ${JSON.stringify(uuid)}`)
    const kinds = kindsFor(node, name)
    // There is one only where Ironic wrote nothing here since: what lies here is a leftover then.
    const copy = await this.#parts.copies?.copyFor(node, name)
    if (copy !== undefined) return copy
    const other = await this.#otherOwner(node)
    if (other === undefined) {
      const text = await this.#ownFile(node, kinds, deadline)
      if (text !== undefined) return text
    }
    const reason = other ?? `Ironic's conductor here has written no ${name} for the node below ${placesOf(kinds)}`
    throw new BootringError('BootConfigUnavailable', `node ${uuid}: ${reason}`)
  }

  /** Throws `UnknownBootFile` where the node has another one instead, as by pxe it is GRUB's or pxelinux's. */
  async #ownFile(node: BootNode, kinds: readonly BootFileKind[], deadline: number): Promise<string | undefined> {
    const template = node.driverInfo.pxe_template
    const ownTemplate = typeof template === 'string' ? template : undefined
    let instead: string | undefined
    for (const { name, root } of kinds) {
      const found = await this.#parts.files.find(node.uuid, root, deadline, ownTemplate)
      if (found?.name === name) return found.text
      instead ??= found?.name
    }
    if (instead === undefined) return undefined
    throw new BootringError('UnknownBootFile', `Ironic has written a ${instead} for node ${node.uuid}`)
  }

  /** Says who else owns the node; undefined where this host does. The rings may be behind those of whoever asks. */
  async #otherOwner(node: BootNode): Promise<string | undefined> {
    const first = await this.#lookForOtherOwner(node)
    if (first === undefined) return undefined
    await this.#parts.rings.refresh()
    return await this.#lookForOtherOwner(node)
  }

  async #lookForOtherOwner({ conductorGroup, driver, uuid }: BootNode): Promise<string | undefined> {
    const { names, rings } = this.#parts
    const [owner, own] = await Promise.all([rings.owner({ conductorGroup, driver, uuid }), names.registered()])
    if (owner !== undefined && own.some(({ hostname }) => hostname === owner)) return undefined
    const here = own.length > 0 ? own.map(({ hostname }) => hostname) : names.sought
    const registered = own.length > 0 ? '' : ', which is not registered'
    return `its owner is ${owner ?? 'nobody'}, and this is the host of ${here.join(' or ')}${registered}`
  }
}

/** The options that say where these files lie: in bootring's own configuration they may be wrong. */
function placesOf(kinds: readonly BootFileKind[]): string {
  return [...new Set(kinds.map(({ root }) => (root === 'http' ? '[deploy]http_root' : '[pxe]tftp_root')))].join(' or ')
}
