import { BootringError } from '../../model/errors.ts'
import type { NodeState } from '../../model/node.ts'
import type { BootNodeStore, NodeStateStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { type BootFileName, type BootFileRoot, bootFileKinds } from '../boot-file-kind.ts'
import { kindsOf } from '../boot-interfaces.ts'
import { InTurn } from '../in-turn.ts'
import type { FoundFile, IronicFiles } from '../ironic-files.ts'
import { ChangeList } from './change-list.ts'
import { maxFileBytes, maxRemovals, maxWaiting } from './limits.ts'
import { fileKey, type ListedFile } from './listed-file.ts'
import { stateFamily } from './state-family.ts'
import { type FileStamp, fileStamp } from './written-at.ts'

export interface BootFileIndexParts {
  files: Pick<IronicFiles, 'find'>
  roots: Readonly<Record<BootFileRoot, string>>
  nodes: NodeStateStore & BootNodeStore
  rings: Pick<FleetRings, 'owner'>
  /** Whether a registered name is that of Ironic's conductor on this host. */
  isOwn(hostname: string): Promise<boolean>
  /** When another conductor wrote this file, as far as is known here. */
  otherWrittenAt(nodeUuid: string, name: BootFileName): number | undefined
  /** Ironic's conductor on this host has written this file, later than any other. */
  onWritten(file: ListedFile): void
  log: Logger
}

/** How long a look waits for a file that is being written; longer, and it is looked at again later. */
const lookPatienceMilliseconds = 500
/** The same for one that is to be copied. */
const readPatienceMilliseconds = 3000
/** After this time a file that is not whole is left alone until it changes. */
const givenUpMilliseconds = 60_000
/** A machine that boots shall not wait behind a whole folder being read. */
const readAtOnce = 2

/**
 * The boot files that Ironic's conductor on this host has written, for others to copy. A file is listed for a node that is
 * this conductor's by the ring, while the node is in a state that has boot files. When the ring moves the node away, the
 * file stays listed while the node is going through the same: the new owner has none. What lay here before, from a former
 * time as owner, is never listed.
 */
export class BootFileIndex {
  readonly changes = new ChangeList<ListedFile>({ maxRemovals, maxWaiting })
  readonly #parts: BootFileIndexParts
  readonly #stamps = new Map<string, FileStamp>()
  readonly #reading = new InTurn(readAtOnce)

  constructor(parts: BootFileIndexParts) {
    this.#parts = parts
  }

  /** Nodes of which a file is listed. */
  nodeUuids(): string[] {
    return [...new Set(this.changes.values().map(({ nodeUuid }) => nodeUuid))]
  }

  get(nodeUuid: string, name: string): ListedFile | undefined {
    return this.changes.get(fileKey(nodeUuid, name))
  }

  /**
   * The text of a listed file, while it still has this hash. Throws `Overloaded` where that can't be told now: whoever
   * asks must try again, as the list may never name the file anew.
   */
  async read(nodeUuid: string, name: string, sha256: string): Promise<string | undefined> {
    const listed = this.get(nodeUuid, name)
    if (listed?.sha256 !== sha256) return undefined
    const found = await this.#find(nodeUuid, listed.root, readPatienceMilliseconds)
    if (found === 'not whole') throw new BootringError('Overloaded', `node ${nodeUuid}: ${name} can't be read just now`)
    return found?.sha256 === sha256 ? found.text : undefined
  }

  /**
   * Looks at the files of these nodes; gives those that have to be looked at again because a file was not whole. Throws
   * `DatabaseUnavailable`, after files that are gone have been taken from the list.
   */
  async look(nodeUuids: readonly string[]): Promise<string[]> {
    await Promise.all(nodeUuids.map((uuid) => this.#removeVanished(uuid)))
    const states = new Map((await this.#parts.nodes.nodeStates(nodeUuids)).map((node) => [node.uuid, node]))
    const again: string[] = []
    const looks = nodeUuids.map((uuid) =>
      this.#reading.run(async () => {
        if (!(await this.#lookAtNode(uuid, states.get(uuid)))) again.push(uuid)
      }),
    )
    await Promise.all(looks)
    return again
  }

  async #removeVanished(uuid: string): Promise<void> {
    for (const { name, root } of this.#listedOf(uuid)) {
      const gone = await fileStamp(this.#parts.roots[root], uuid).then(
        (stamp) => stamp === undefined,
        () => false,
      )
      if (gone) this.#remove(uuid, name)
    }
  }

  /** False where a file was not whole. */
  async #lookAtNode(uuid: string, node: NodeState | undefined): Promise<boolean> {
    const family = node === undefined ? undefined : stateFamily(node)
    if (node === undefined || family === undefined || node.bootInterface === null) {
      this.#keepOnly(uuid, new Set())
      return true
    }
    const owner = await this.#parts.rings.owner(node)
    const own = owner !== undefined && (await this.#parts.isOwn(owner))
    const kinds = kindsOf(node.bootInterface)
    const names = new Set<BootFileName>()
    let whole = true
    for (const root of new Set(kinds.map((kind) => kind.root))) {
      const listed = this.#listedOf(uuid).find((file) => file.root === root)
      // Not this conductor's, and not from when it was.
      if (!own && listed?.family !== family) continue
      const stamp = await fileStamp(this.#parts.roots[root], uuid)
      if (stamp === undefined) continue
      if (listed !== undefined && this.#isStamped(listed, stamp)) {
        if (names.has(listed.name) || this.#isOutdated(uuid, listed.name, stamp)) continue
        names.add(listed.name)
        this.#list({ ...listed, family }, stamp)
        continue
      }
      const found = await this.#find(uuid, root, lookPatienceMilliseconds)
      const after = await fileStamp(this.#parts.roots[root], uuid)
      if (found === 'not whole' || !sameStamp(stamp, after)) {
        // One that nobody goes on writing is no boot file.
        if (Date.now() - stamp.writtenAtMilliseconds > givenUpMilliseconds) continue
        whole = false
        // What was listed is no more, but what comes instead is not known yet.
        if (listed !== undefined) names.add(listed.name)
        continue
      }
      if (found === undefined || names.has(found.name)) continue
      if (!kinds.some((kind) => kind.root === root && kind.name === found.name)) continue
      if (this.#isOutdated(uuid, found.name, stamp)) continue
      const bytes = Buffer.byteLength(found.text)
      if (bytes > maxFileBytes) {
        this.#parts.log.warn({ node: uuid, bytes, maxFileBytes }, 'boot file is too large to be copied')
        continue
      }
      names.add(found.name)
      const { name, sha256 } = found
      this.#list(
        { nodeUuid: uuid, name, root, sha256, bytes, family, writtenAtMilliseconds: stamp.writtenAtMilliseconds },
        stamp,
      )
    }
    this.#keepOnly(uuid, names)
    return whole
  }

  async #find(
    uuid: string,
    root: BootFileRoot,
    patienceMilliseconds: number,
  ): Promise<FoundFile | undefined | 'not whole'> {
    const template = (await this.#parts.nodes.bootNode(uuid))?.driverInfo.pxe_template
    const deadline = performance.now() + patienceMilliseconds
    try {
      return await this.#parts.files.find(uuid, root, deadline, typeof template === 'string' ? template : undefined)
    } catch (error) {
      this.#parts.log.debug({ node: uuid, reason: (error as Error).message }, 'boot file can not be listed')
      return 'not whole'
    }
  }

  #listedOf(uuid: string): ListedFile[] {
    return fileNames.flatMap((name) => this.get(uuid, name) ?? [])
  }

  #list(file: ListedFile, stamp: FileStamp): void {
    const { family, name, nodeUuid, sha256 } = file
    const key = fileKey(nodeUuid, name)
    const known = this.changes.get(key)
    const same = known?.sha256 === sha256 && known.family === family && this.#isStamped(known, stamp)
    this.#stamps.set(key, stamp)
    if (!same) this.changes.set(key, file)
    this.#parts.onWritten(file)
  }

  #isStamped({ name, nodeUuid }: ListedFile, stamp: FileStamp): boolean {
    return sameStamp(stamp, this.#stamps.get(fileKey(nodeUuid, name)))
  }

  /** Another conductor has written it since: this one's is a leftover. */
  #isOutdated(uuid: string, name: BootFileName, { writtenAtMilliseconds }: FileStamp): boolean {
    const other = this.#parts.otherWrittenAt(uuid, name)
    return other !== undefined && other > writtenAtMilliseconds
  }

  #keepOnly(uuid: string, names: ReadonlySet<BootFileName>): void {
    for (const { name } of this.#listedOf(uuid)) if (!names.has(name)) this.#remove(uuid, name)
  }

  #remove(uuid: string, name: BootFileName): void {
    const key = fileKey(uuid, name)
    this.#stamps.delete(key)
    this.changes.delete(key)
  }
}

const fileNames: readonly BootFileName[] = [...new Set(bootFileKinds.map(({ name }) => name))]

function sameStamp(stamp: FileStamp, other: FileStamp | undefined): boolean {
  return stamp.writtenAtMilliseconds === other?.writtenAtMilliseconds && stamp.bytes === other.bytes
}
