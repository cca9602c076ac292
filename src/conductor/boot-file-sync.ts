import type { NodeWithPorts } from '../model/node.ts'
import { needsBootFiles } from '../model/provision-states.ts'
import type { NodeStore } from '../model/stores.ts'
import type { Logger } from '../observe/logger.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import { forEachConcurrently } from './for-each-concurrently.ts'

/** Prepares and removes the boot files of one node; a boot interface does so. */
export interface BootFilePreparer {
  prepare(node: NodeWithPorts): Promise<void>
}

export interface BootFileSyncParts {
  hostname: string
  nodes: Pick<NodeStore, 'nodesWithBootFiles'>
  rings: FleetRings
  bootInterfaceOf(node: NodeWithPorts): BootFilePreparer
  /** Nodes that have files on this disk. */
  nodesOnDisk(): Promise<string[]>
  /** Removes all files of one node from this disk. */
  remove(uuid: string): Promise<void>
  /** Called at the end with the nodes whose files were kept, so that shared images nobody needs can go. */
  removeUnusedImages(keep: ReadonlySet<string>): Promise<void>
  log: Logger
}

export interface SyncResult {
  prepared: number
  failed: number
  removed: number
}

/** Nodes prepared at once: one slow image server must not hold up the others. */
const concurrency = 8
const progressEveryMilliseconds = 5_000

/**
 * Brings the boot files on this conductor's disk in line with the database: those of every node that it owns and that
 * needs them are there, and no others. One node's failure is logged and does not stop the rest.
 */
export class BootFileSync {
  readonly #parts: BootFileSyncParts
  #running: Promise<SyncResult> | undefined
  #stopped = false

  constructor(parts: BootFileSyncParts) {
    this.#parts = parts
  }

  /** Calls that come while one is running get that one's result. Throws `DatabaseUnavailable`. */
  run(): Promise<SyncResult> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** A pass that begins now or, where one is running, after it: that one began with what was true before. */
  async runAnew(): Promise<SyncResult> {
    await this.#running?.catch(() => undefined)
    return await this.run()
  }

  /** Ends the running pass at the next node, and waits for it. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running?.catch(() => undefined)
  }

  async #run(): Promise<SyncResult> {
    const { hostname, log, nodes, rings } = this.#parts
    const owned = new Set<string>()
    const result: SyncResult = { prepared: 0, failed: 0, removed: 0 }
    let lastProgress = performance.now()
    await forEachConcurrently(nodes.nodesWithBootFiles(), concurrency, async (node) => {
      if (this.#stopped || !needsBootFiles(node)) return
      if ((await rings.owner(node)) !== hostname) return
      owned.add(node.uuid)
      await this.#prepare(node, result)
      if (performance.now() - lastProgress >= progressEveryMilliseconds) {
        lastProgress = performance.now()
        log.info({ ...result }, 'still preparing boot files')
      }
    })
    if (this.#stopped) return result
    result.removed = await this.#removeOthers(owned)
    if (result.prepared + result.failed + result.removed > 0) log.info({ ...result }, 'boot files are in line')
    return result
  }

  async #prepare(node: NodeWithPorts, result: SyncResult): Promise<void> {
    try {
      await this.#parts.bootInterfaceOf(node).prepare(node)
      result.prepared += 1
    } catch (error) {
      result.failed += 1
      this.#parts.log.error({ err: error, node: node.uuid }, 'could not prepare boot files')
    }
  }

  async #removeOthers(owned: ReadonlySet<string>): Promise<number> {
    let removed = 0
    for (const uuid of await this.#parts.nodesOnDisk()) {
      if (owned.has(uuid)) continue
      await this.#parts.remove(uuid)
      removed += 1
    }
    await this.#parts.removeUnusedImages(owned)
    return removed
  }
}
