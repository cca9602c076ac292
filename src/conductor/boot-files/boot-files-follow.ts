import { nodeWithPorts } from '../../drivers/node-with-ports.ts'
import { BootringError } from '../../model/errors.ts'
import { needsBootFiles } from '../../model/provision-states.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'

export interface BootFilesFollowParts {
  tasks: Pick<NodeTasks, 'look'>
  rings: Pick<FleetRings, 'owner'>
  hostname: string
  /** Removes all files of one node from this disk. */
  remove(uuid: string): Promise<void>
  log: Logger
}

/**
 * Has the boot files on this conductor's disk follow a change of a node or its ports at once, rather than at the next walk
 * over the fleet. In the background and without a reservation, since images may take long to fetch; one node's changes one
 * after the other, each by the row as it is by then. Files that are not needed any more are left to the walk, as a node's work
 * may be about to need them; so are those of nodes that others own.
 */
export class BootFilesFollow {
  readonly #parts: BootFilesFollowParts
  /** Nodes that are being seen to, and whether they have changed again meanwhile. */
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>()

  constructor(parts: BootFilesFollowParts) {
    this.#parts = parts
  }

  /** Says that a node has changed, or is gone. */
  changed(nodeUuid: string): void {
    const running = this.#running.get(nodeUuid)
    if (running) {
      running.again = true
      return
    }
    const entry = { again: false, done: Promise.resolve() }
    this.#running.set(nodeUuid, entry)
    entry.done = this.#follow(nodeUuid, entry)
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running.values()].map((entry) => entry.done))
  }

  async #follow(nodeUuid: string, entry: { again: boolean }): Promise<void> {
    do {
      entry.again = false
      try {
        await this.#bringInLine(nodeUuid)
      } catch (error) {
        this.#parts.log.error({ err: error, node: nodeUuid }, 'boot files do not follow a change yet')
      }
    } while (entry.again)
    // At once, not when somebody hears of the end: a change in between would be noted where nobody looks any more.
    this.#running.delete(nodeUuid)
  }

  async #bringInLine(nodeUuid: string): Promise<void> {
    const { hostname, remove, rings, tasks } = this.#parts
    const task = await tasks.look(nodeUuid).catch((error: unknown) => {
      if (error instanceof BootringError && error.code === 'NodeNotFound') return undefined
      throw error
    })
    if (!task) return await remove(nodeUuid)
    const node = nodeWithPorts(task)
    if ((await rings.owner(node)) !== hostname) return
    if (needsBootFiles(node)) await task.hardware.boot.prepare(node)
  }
}
