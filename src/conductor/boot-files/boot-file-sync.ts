import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import { needsBootFiles } from '../../model/provision-states.ts'
import type { NodeStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { forEachConcurrently } from '../for-each-concurrently.ts'
import type { Takeovers } from './takeovers.ts'

/** Prepares and removes the boot files of one node; a boot interface does so. */
export interface BootFilePreparer {
  prepare(node: NodeWithPorts): Promise<void>
}

export interface BootFileSyncParts {
  hostname: string
  nodes: Pick<NodeStore, 'nodesWithBootFiles' | 'nodeStates'>
  rings: Pick<FleetRings, 'owner' | 'conductors'>
  takeovers: Pick<Takeovers, 'done' | 'takeOver'>
  bootInterfaceOf(node: NodeWithPorts): BootFilePreparer
  /** Whether this conductor works on the node: what it has on the disk is for a state that is still to come. */
  isHeld?(uuid: string): boolean
  /** Nodes that have files on this disk. */
  nodesOnDisk(): Promise<string[]>
  /** Removes all files of one node from this disk. */
  remove(uuid: string): Promise<void>
  /** Called at the end with the nodes whose files were kept, so that shared images nobody needs can go. */
  removeUnusedImages(keep: ReadonlySet<string>): Promise<void>
  /** Called after each pass that was not broken off, or has failed: then without a result. */
  onPass?(milliseconds: number, result: SyncResult | undefined): void
  log: Logger
}

export interface SyncResult {
  prepared: number
  failed: number
  /** Nodes that somebody else works on: not looked at this time. */
  locked: number
  /** Nodes of others whose files stay, as their owner has not prepared them yet. */
  kept: number
  removed: number
}

/** Nodes prepared at once: one slow image server must not hold up the others. */
const concurrency = 8
const progressEveryMilliseconds = 5_000

/**
 * Brings the boot files on this conductor's disk in line with the database: those of every node that it owns and that
 * needs them are there, and no others. Files of a node that another conductor owns go once that one has taken the node
 * over; while this conductor drains they stay, for machines that were sent here. One node's failure is logged and does
 * not stop the rest.
 */
export class BootFileSync {
  readonly #parts: BootFileSyncParts
  #running: Promise<SyncResult> | undefined
  /** Of the pass that is under way; the next one has a token of its own. */
  #pass = { ended: false }
  #stopped = false

  constructor(parts: BootFileSyncParts) {
    this.#parts = parts
  }

  /** Calls that come while one is running get that one's result. Throws `DatabaseUnavailable`. */
  run(): Promise<SyncResult> {
    this.#running ??= this.#observed().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** A pass that begins now or, where one is running, after it: that one began with what was true before. */
  async runAnew(): Promise<SyncResult> {
    await this.#running?.catch(() => undefined)
    return await this.run()
  }

  /** Ends the running pass at the next node: what it goes by holds no longer. */
  abandon(): void {
    this.#pass.ended = true
  }

  /** Ends the running pass at the next node, and waits for it. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.abandon()
    await this.#running?.catch(() => undefined)
  }

  async #observed(): Promise<SyncResult> {
    const since = performance.now()
    try {
      const result = await this.#run()
      if (!this.#pass.ended) this.#parts.onPass?.(performance.now() - since, result)
      return result
    } catch (error) {
      this.#parts.onPass?.(performance.now() - since, undefined)
      throw error
    }
  }

  async #run(): Promise<SyncResult> {
    const { hostname, log, nodes, rings, takeovers } = this.#parts
    const result: SyncResult = { prepared: 0, failed: 0, locked: 0, kept: 0, removed: 0 }
    const pass = { ended: this.#stopped }
    this.#pass = pass
    const mine = await takeovers.done()
    const draining = (await rings.conductors()).some((one) => one.hostname === hostname && one.draining)
    const keep = new Set<string>()
    let lastProgress = performance.now()
    await forEachConcurrently(nodes.nodesWithBootFiles(), concurrency, async (node) => {
      if (pass.ended || !needsBootFiles(node)) return
      if ((await rings.owner(node)) !== hostname) {
        if (draining || mine.has(node.uuid)) keep.add(node.uuid)
        if (!draining && mine.has(node.uuid)) result.kept += 1
        return
      }
      keep.add(node.uuid)
      await this.#prepare(node, mine.has(node.uuid), result)
      if (performance.now() - lastProgress >= progressEveryMilliseconds) {
        lastProgress = performance.now()
        log.info({ ...result }, 'still preparing boot files')
      }
    })
    if (pass.ended) return result
    result.removed = await this.#removeOthers(keep)
    if (result.prepared + result.failed + result.removed > 0) log.info({ ...result }, 'boot files are in line')
    return result
  }

  async #prepare(node: NodeWithPorts, isMine: boolean, result: SyncResult): Promise<void> {
    const { bootInterfaceOf, log, takeovers } = this.#parts
    try {
      if (isMine) await bootInterfaceOf(node).prepare(node)
      else await takeovers.takeOver(node.uuid, () => bootInterfaceOf(node).prepare(node))
      result.prepared += 1
    } catch (error) {
      const code = error instanceof BootringError ? error.code : undefined
      if (code === 'NodeLocked') {
        result.locked += 1
        log.debug({ err: error, node: node.uuid }, 'node is taken over later')
        return
      }
      result.failed += 1
      if (code === 'ConductorReplaced') {
        // Retired meanwhile, or leaving: whoever owns the node now sees to it.
        this.abandon()
        log.info({ err: error, node: node.uuid }, 'gave up taking a node over')
        return
      }
      log.error({ err: error, node: node.uuid }, 'could not prepare boot files')
    }
  }

  async #removeOthers(keep: Set<string>): Promise<number> {
    const { isHeld, nodesOnDisk, remove, removeUnusedImages } = this.#parts
    const others = (await nodesOnDisk()).filter((uuid) => !keep.has(uuid))
    for (const uuid of await this.#wantedByNow(others)) keep.add(uuid)
    let removed = 0
    for (const uuid of others) {
      if (isHeld?.(uuid)) keep.add(uuid)
      if (keep.has(uuid)) continue
      await remove(uuid)
      removed += 1
    }
    await removeUnusedImages(keep)
    return removed
  }

  /** The walk may have passed a node before it came to need its files. */
  async #wantedByNow(uuids: string[]): Promise<string[]> {
    const { hostname, nodes, rings } = this.#parts
    const wanted: string[] = []
    for (const state of await nodes.nodeStates(uuids)) {
      if (needsBootFiles(state) && (await rings.owner(state)) === hostname) wanted.push(state.uuid)
    }
    return wanted
  }
}
