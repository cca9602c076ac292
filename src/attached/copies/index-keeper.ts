import type { Conductor } from '../../model/conductor.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { BootFileRoot } from '../boot-file-kind.ts'
import type { IronicFiles } from '../ironic-files.ts'
import type { BootFileIndex } from './boot-file-index.ts'
import { FolderWatch } from './folder-watch.ts'

export interface IndexKeeperParts {
  index: BootFileIndex
  files: Pick<IronicFiles, 'nodeUuids'>
  roots: Readonly<Record<BootFileRoot, string>>
  rings: Pick<FleetRings, 'conductors'>
  isOwn(hostname: string): Promise<boolean>
  log: Logger
}

export interface Pace {
  /** Files that change within this time are looked at together. */
  batchMilliseconds: number
  /** How often the fleet's members and the roots are looked at. */
  tickMilliseconds: number
  /** How many ticks pass between two looks at all files. */
  ticksOfLook: number
}

export const usualPace: Pace = { batchMilliseconds: 200, tickMilliseconds: 5000, ticksOfLook: 12 }

/**
 * Keeps an index in line with the disk, the states of nodes and the ring: at once where inotify tells of a change or the
 * members of the fleet have changed, and once a minute for all that nobody tells.
 */
export class IndexKeeper {
  readonly #parts: IndexKeeperParts
  readonly #pace: Pace
  readonly #watch: FolderWatch
  readonly #pending = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #ticker: NodeJS.Timeout | undefined
  #working: Promise<void> = Promise.resolve()
  #ticks = 0
  #members: string | undefined
  #ready = false
  #stopped = false
  #failing = false

  constructor(parts: IndexKeeperParts, pace: Pace = usualPace) {
    this.#parts = parts
    this.#pace = pace
    this.#watch = new FolderWatch({
      roots: Object.values(parts.roots),
      onChange: (uuid) => this.touch(uuid),
      log: parts.log,
    })
  }

  /**
   * Whether the index holds all there is: not before all files have been looked at while Ironic's conductor on this host
   * was alive by the ring. Until then that a file is not listed means nothing.
   */
  get ready(): boolean {
    return this.#ready
  }

  start(): void {
    this.#tick()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#ticker)
    this.#watch.close()
    this.#parts.index.changes.close()
    await this.#working
  }

  /** Has a node's files looked at soon. */
  touch(nodeUuid: string): void {
    this.#pending.add(nodeUuid)
    this.#soon(this.#pace.batchMilliseconds)
  }

  #soon(milliseconds: number): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#enqueue(() => this.#lookAtPending())
    }, milliseconds).unref()
  }

  #tick(): void {
    this.#enqueue(
      async () => {
        await this.#watch.refresh()
        const conductors = await this.#parts.rings.conductors()
        const members = describeMembers(conductors)
        const due = this.#ticks % this.#pace.ticksOfLook === 0 || this.#watch.incomplete
        this.#ticks += 1
        if (members === this.#members && !due && this.#ready) return
        await this.#lookAtAll()
        this.#members = members
        this.#ready ||= await this.#isAlive(conductors)
      },
      () => {
        if (!this.#stopped) this.#ticker = setTimeout(() => this.#tick(), this.#pace.tickMilliseconds).unref()
      },
    )
  }

  async #isAlive(conductors: readonly Conductor[]): Promise<boolean> {
    for (const { alive, hostname } of conductors) if (alive && (await this.#parts.isOwn(hostname))) return true
    return false
  }

  async #lookAtAll(): Promise<void> {
    const { files, index } = this.#parts
    const uuids = new Set([...this.#pending, ...index.nodeUuids()])
    for (const root of ['http', 'tftp'] as const) for (const uuid of await files.nodeUuids(root)) uuids.add(uuid)
    for (const uuid of uuids) this.#pending.add(uuid)
    await this.#lookAtPending()
  }

  async #lookAtPending(): Promise<void> {
    const uuids = [...this.#pending]
    this.#pending.clear()
    try {
      const again = await this.#parts.index.look(uuids)
      for (const uuid of again) this.#pending.add(uuid)
      if (again.length > 0) this.#soon(this.#pace.tickMilliseconds)
    } catch (error) {
      for (const uuid of uuids) this.#pending.add(uuid)
      this.#soon(this.#pace.tickMilliseconds)
      throw error
    }
  }

  /** One piece of work at a time; failures are said once, until it works again. */
  #enqueue(work: () => Promise<void>, finallyDo?: () => void): void {
    this.#working = this.#working.then(async () => {
      if (this.#stopped) return
      try {
        await work()
        if (this.#failing) this.#parts.log.info({}, 'boot files are listed for other conductors again')
        this.#failing = false
      } catch (error) {
        if (!this.#failing) this.#parts.log.warn({ err: error }, 'boot files can not be listed for other conductors')
        this.#failing = true
      } finally {
        finallyDo?.()
      }
    })
  }
}

/** Another text where the rings may be others. */
export function describeMembers(conductors: readonly Conductor[]): string {
  return JSON.stringify(
    conductors.map(({ alive, conductorGroup, drivers, hostname }) => [hostname, alive, conductorGroup, drivers]),
  )
}
