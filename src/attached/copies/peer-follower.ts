import { hash, randomUUID } from 'node:crypto'
import { BootringError } from '../../model/errors.ts'
import type { NodeState } from '../../model/node.ts'
import type { NodeStateStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { CallOptions, ConductorClient } from '../../rpc/contract.ts'
import type { BootFileChanges, ListedBootFile } from '../../rpc/shapes.ts'
import type { InTurn } from '../in-turn.ts'
import type { CopyStore } from './copy-store.ts'
import { maxDoubted, maxFileBytes, maxFollowed } from './limits.ts'
import { fileKey } from './listed-file.ts'
import { isStateFamily } from './state-family.ts'
import { lastWrittenHere } from './written-at.ts'

export interface PeerFollowerParts {
  client: ConductorClient
  store: CopyStore
  nodes: NodeStateStore
  rings: Pick<FleetRings, 'owner' | 'refresh'>
  /** Ironic's on this host. */
  roots: readonly string[]
  /** A copy has come that is newer than what lies here: the file here is to be looked at. */
  onNewer(nodeUuid: string): void
  /** Since when, in milliseconds since 1970, the fleet is known to have had the members that it has. */
  membersSince(): Promise<number>
  /** Of all followers together. */
  fetching: InTurn
  waitSeconds: number
  log: Logger
}

const keyOf = ({ name, node_id }: ListedBootFile): string => fileKey(node_id, name)

/** Keeps the copies of one other conductor's files in line with its list. */
export class PeerFollower {
  readonly #hostname: string
  readonly #parts: PeerFollowerParts
  #epoch = ''
  #since = 0
  /** What a list of all there is has named so far. */
  #listed: Set<string> | undefined
  /** Files that were another's to write, as far as this host knew: it may have been behind. */
  #doubted = new Map<string, ListedBootFile>()

  constructor(hostname: string, parts: PeerFollowerParts) {
    this.#hostname = hostname
    this.#parts = parts
  }

  /** Asks for changes once, and does what they say. Throws `ConductorUnreachable` and what else calls and the database throw; nothing is lost by that. */
  async follow(signal: AbortSignal): Promise<void> {
    const { client, waitSeconds } = this.#parts
    const changes = await client.call(
      this.#hostname,
      'list_boot_files',
      { epoch: this.#epoch, since: this.#since, wait: waitSeconds },
      // The other needs a little time of its own.
      this.#context(signal, waitSeconds + 10),
    )
    if (changes.restarted) {
      this.#listed = new Set()
      this.#doubted.clear()
    }
    this.#checkLength(changes)
    await this.#apply(changes, signal)
    this.#epoch = changes.epoch
    this.#since = changes.next
    if (changes.more) return
    if (this.#listed !== undefined) await this.#removeUnlisted(this.#listed)
    this.#listed = undefined
  }

  /** A list that never ends would fill the memory. After this it is asked for anew. */
  #checkLength({ files }: BootFileChanges): void {
    if (this.#listed === undefined || this.#listed.size + files.length <= maxFollowed) return
    this.#listed = undefined
    this.#epoch = ''
    this.#since = 0
    throw new BootringError(
      'ConductorUnreachable',
      `conductor ${this.#hostname} lists more than ${maxFollowed} boot files`,
    )
  }

  async #apply({ files, removed }: BootFileChanges, signal: AbortSignal): Promise<void> {
    const { fetching, store } = this.#parts
    for (const { name, node_id: nodeUuid } of removed) {
      this.#doubted.delete(fileKey(nodeUuid, name))
      const copy = store.get(nodeUuid, name)
      if (copy?.owner === this.#hostname) store.remove(copy)
    }
    for (const { name, node_id: nodeUuid } of files) this.#listed?.add(fileKey(nodeUuid, name))
    const candidates = new Map([...this.#doubted.values(), ...files].map((file) => [keyOf(file), file]))
    const foreign = await this.#foreign([...candidates.values()])
    const credible = [...candidates.values()].filter(({ node_id: nodeUuid }) => !foreign.has(nodeUuid))
    const doubted = [...candidates].filter(([, { node_id: nodeUuid }]) => foreign.has(nodeUuid)).slice(0, maxDoubted)
    this.#warnOf(doubted.filter(([key]) => !this.#doubted.has(key)).map(([, file]) => file))
    this.#doubted = new Map(doubted)
    const results = await Promise.allSettled(credible.map((file) => fetching.run(() => this.#take(file, signal))))
    const failure = results.find((result) => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  /**
   * Nodes that this conductor can't have written for at the time that it says, as they were another's by the ring by then:
   * it must not replace what their owner has written.
   */
  async #foreign(files: readonly ListedBootFile[]): Promise<ReadonlySet<string>> {
    const { membersSince, nodes, rings, store } = this.#parts
    const since = await membersSince()
    const doubted = files
      .filter(({ written_at }) => written_at > since)
      // Its Ironic may go on for a while with what it has begun.
      .filter(({ name, node_id: nodeUuid }) => store.get(nodeUuid, name)?.owner !== this.#hostname)
      .map(({ node_id: nodeUuid }) => nodeUuid)
    const foreign = new Set<string>()
    if (doubted.length === 0) return foreign
    const states = await nodes.nodeStates([...new Set(doubted)])
    for (const node of states) {
      if (await this.#isOthers(node)) {
        // This host may be behind.
        await rings.refresh()
        if (since === (await membersSince()) && (await this.#isOthers(node))) foreign.add(node.uuid)
      }
    }
    return foreign
  }

  #warnOf(files: readonly ListedBootFile[]): void {
    if (files.length === 0) return
    const fields = { conductor: this.#hostname, files: files.length, example: files[0]?.node_id }
    this.#parts.log.warn(fields, "it lists boot files of other conductors' nodes: they are not copied")
  }

  async #isOthers(node: NodeState): Promise<boolean> {
    const owner = await this.#parts.rings.owner(node)
    return owner !== undefined && owner !== this.#hostname
  }

  async #take(file: ListedBootFile, signal: AbortSignal): Promise<void> {
    const { onNewer, roots, store } = this.#parts
    const { name, node_id: nodeUuid, sha256, state_family: family } = file
    // The owner's clock may be ahead; that it has been written by now is certain.
    const writtenAtMilliseconds = Math.min(file.written_at, Date.now())
    signal.throwIfAborted()
    // A later release may know more.
    if (!isStateFamily(family) || file.size > maxFileBytes) return
    if (this.#hasNewer(file)) return
    const here = await lastWrittenHere(roots, nodeUuid)
    if (here !== undefined && here > writtenAtMilliseconds) return
    const known = store.get(nodeUuid, name)
    const text = known?.sha256 === sha256 ? known.text : await this.#fetch(file, signal)
    if (text === undefined || this.#hasNewer(file)) return
    const copy = { nodeUuid, name, owner: this.#hostname, sha256, family, writtenAtMilliseconds, text }
    if (store.put(copy) && here !== undefined) onNewer(nodeUuid)
  }

  /** Whether there is a copy of what yet another conductor wrote later. */
  #hasNewer({ name, node_id, written_at }: ListedBootFile): boolean {
    const copy = this.#parts.store.get(node_id, name)
    return (
      copy !== undefined &&
      copy.owner !== this.#hostname &&
      copy.writtenAtMilliseconds > Math.min(written_at, Date.now())
    )
  }

  /** undefined where the file is another one by now: then the list will say so. */
  async #fetch({ name, node_id, sha256 }: ListedBootFile, signal: AbortSignal): Promise<string | undefined> {
    try {
      const call = { node_id, name, sha256 }
      const text = await this.#parts.client.call(this.#hostname, 'get_boot_file', call, this.#context(signal, 10))
      if (Buffer.byteLength(text) <= maxFileBytes && hash('sha256', text, 'hex') === sha256) return text
      throw new BootringError(
        'ConductorUnreachable',
        `conductor ${this.#hostname} sent another file than was asked for`,
      )
    } catch (error) {
      if (error instanceof BootringError && error.code === 'BootConfigUnavailable') return undefined
      throw error
    }
  }

  /**
   * What a list of all there is does not name is gone, if that conductor is the owner. Otherwise it only means that it was
   * restarted since it was: its list then begins with what it owns.
   */
  async #removeUnlisted(listed: ReadonlySet<string>): Promise<void> {
    const { nodes, rings, store } = this.#parts
    const unlisted = store
      .all()
      .filter(({ name, nodeUuid, owner }) => owner === this.#hostname && !listed.has(fileKey(nodeUuid, name)))
    if (unlisted.length === 0) return
    await rings.refresh()
    const states = await nodes.nodeStates([...new Set(unlisted.map(({ nodeUuid }) => nodeUuid))])
    const owners = new Map<string, string | undefined>()
    for (const node of states) owners.set(node.uuid, await rings.owner(node))
    for (const copy of unlisted) {
      const owner = owners.get(copy.nodeUuid)
      if (owner === this.#hostname && store.get(copy.nodeUuid, copy.name) === copy) store.remove(copy)
    }
  }

  #context(signal: AbortSignal, timeoutSeconds: number): { requestId: string } & CallOptions {
    return { requestId: `req-${randomUUID()}`, signal, timeoutSeconds }
  }
}
