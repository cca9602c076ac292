import type { NodeTask } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { CallContext } from '../../rpc/contract.ts'
import { ConductorTask, type NodeRows, readRows, type TaskSurroundings } from './conductor-task.ts'
import type { ExclusiveTasks, LockRetry } from './exclusive-tasks.ts'
import type { Hold } from './hold.ts'
import type { Workers } from './workers.ts'

export interface NodeTasksParts extends TaskSurroundings {
  exclusive: Pick<ExclusiveTasks, 'hold' | 'release'>
  retry: LockRetry
  workers: Workers
}

/** What goes on in the background, under the reservation of the task that began it. */
export type Background = () => Promise<void>

/**
 * Tasks on nodes: with the node's rows and hardware, under its reservation. Throw `NodeLocked` (after as many attempts as
 * `retry` says), `NodeNotFound`, `ConductorReplaced` where the session is lost, `DatabaseUnavailable`, and whatever the
 * work throws.
 */
export class NodeTasks {
  readonly #parts: NodeTasksParts
  readonly #held = new Set<Hold>()

  constructor(parts: NodeTasksParts) {
    this.#parts = parts
  }

  /** Whether this conductor works on the node: whatever of it lies on the disk is none of anybody else's business. */
  isHeld(nodeUuid: string): boolean {
    return [...this.#held].some((hold) => hold.nodeUuid === nodeUuid && !hold.hasEnded)
  }

  /** How many nodes it works on. */
  get heldNodes(): number {
    return this.#held.size
  }

  /** Does `work`, waits for it, and ends the reservation. */
  async run<T>(
    nodeUuid: string,
    context: CallContext,
    work: (task: ConductorTask) => Promise<T>,
    retry = this.#parts.retry,
  ): Promise<T> {
    return await this.#open(nodeUuid, context, retry, async (task, release) => {
      const result = await work(task)
      // What is done must not be called undone, and asked of another conductor again: a reservation that can't be ended now
      // ends with its session.
      await release().catch((error: unknown) => task.log.warn({ err: error }, 'could not end a reservation'))
      return result
    })
  }

  /**
   * Does `check`, and goes on with what that returns in the background, once the caller has its answer. A worker is taken
   * before anything is done: where none is free, nothing has changed (`Overloaded`).
   */
  async begin(
    nodeUuid: string,
    context: CallContext,
    check: (task: ConductorTask) => Promise<Background | undefined>,
    retry = this.#parts.retry,
  ): Promise<void> {
    const free = this.#parts.workers.take()
    try {
      await this.#open(nodeUuid, context, retry, async (task, release) => {
        const background = await check(task)
        if (background === undefined) {
          await release()
          free()
        } else void this.#goOn(task, background, release).finally(free)
      })
    } catch (error) {
      free()
      throw error
    }
  }

  /** For what changes nothing: no reservation, as Ironic's shared tasks. The task that it returns can't write. */
  async look(nodeUuid: string): Promise<NodeTask> {
    return this.#lookAt(await readRows(this.#parts.store, nodeUuid))
  }

  /** The same of a row that was read already, without ports: passes over the whole fleet ask for no row twice. */
  lookAt(node: NodeRecord): NodeTask {
    return this.#lookAt({ node, ports: [], portgroups: [] })
  }

  #lookAt(rows: NodeRows): NodeTask {
    const { hardwareOf } = this.#parts
    const refuse = async () => {
      throw new BootringError('NodeLocked', `node ${rows.node.uuid} is only looked at, not reserved`)
    }
    return {
      ...rows,
      get hardware() {
        return hardwareOf(rows.node)
      },
      signal: new AbortController().signal,
      update: refuse,
      updatePort: refuse,
      updatePortgroup: refuse,
      createPort: refuse,
    }
  }

  async #open<T>(
    nodeUuid: string,
    context: CallContext,
    retry: LockRetry,
    work: (task: ConductorTask, release: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const { exclusive, store } = this.#parts
    const hold = await exclusive.hold(nodeUuid, retry)
    this.#held.add(hold)
    const release = async () => {
      this.#held.delete(hold)
      await exclusive.release(hold)
    }
    try {
      const task = new ConductorTask(hold, await readRows(store, nodeUuid), context, this.#parts)
      return await work(task, release)
    } catch (error) {
      // Where the reservation can't be ended now, its session is.
      await release().catch(() => undefined)
      throw error
    }
  }

  /** What fails here has left the node in a working state: whoever owns it then does the work again. */
  async #goOn(task: ConductorTask, background: Background, release: () => Promise<void>): Promise<void> {
    try {
      await background()
    } catch (error) {
      task.log.error({ err: error }, 'work on the node has stopped; it will be taken up again')
    }
    await release().catch((error: unknown) => task.log.error({ err: error }, 'could not end a reservation'))
  }
}
