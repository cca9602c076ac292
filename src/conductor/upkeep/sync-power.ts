import type { PowerInterface } from '../../drivers/interfaces.ts'
import { switchPower } from '../../drivers/power/switch-power.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord, PowerState } from '../../model/records.ts'
import { hasToDo } from '../hardware-changes/to-do.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import { failureText } from '../tasks/failure-text.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { eachOwnNode, type Upkeep } from './each-own-node.ts'
import { finishOrGiveUp } from './finish-to-do.ts'

export interface PowerSyncOptions {
  /** Whether the machine is switched to what the row says, or the row set to what the machine says. */
  force: boolean
  maxRetries: number
  /** Nodes that are asked at once. */
  workers: number
}

/** A machine that boots its agent, or that nobody has verified yet, is left alone. */
const excluded: ReadonlySet<string | null> = new Set(['wait call-back', 'clean wait', 'enroll', 'adopt failed'])

/**
 * Compares what machines say of their power with what the rows say. No reservation is held while a machine that agrees is
 * asked, so that verbs find their nodes free. A machine that can't be asked, or does not do as it is told, puts its node
 * into maintenance after some passes.
 */
export class PowerSync {
  readonly #upkeep: Upkeep
  readonly #tasks: NodeTasks
  readonly #options: PowerSyncOptions
  /** How often each node has failed in a row: of this process, as in Ironic. */
  readonly #failures = new Map<string, number>()

  constructor(upkeep: Upkeep, tasks: NodeTasks, options: PowerSyncOptions) {
    this.#upkeep = upkeep
    this.#tasks = tasks
    this.#options = options
  }

  async run(): Promise<void> {
    const filter = { maintenance: false, reserved: false }
    const unseen = new Set(this.#failures.keys())
    await eachOwnNode(
      this.#upkeep,
      filter,
      async (node, context) => {
        unseen.delete(node.uuid)
        if (excluded.has(node.provision_state) || (await this.#agrees(node))) return
        await this.#tasks.run(node.uuid, context, (task) => this.#sync(task), once)
      },
      this.#options.workers,
    )
    // Deleted, or another conductor's by now; or somebody works on it, and it begins anew.
    for (const uuid of unseen) this.#failures.delete(uuid)
  }

  /** Without a reservation, and by the row as it was listed: what has changed since is seen under the reservation. In doubt, no. */
  async #agrees(node: NodeRecord): Promise<boolean> {
    if (node.target_power_state !== null) return false
    try {
      const task = this.#tasks.lookAt(node)
      const actual = await task.hardware.power.getPowerState(task)
      if (actual !== node.power_state || actual === 'error') return false
    } catch {
      return false
    }
    this.#failures.delete(node.uuid)
    return true
  }

  async #sync(task: ConductorTask): Promise<void> {
    const { node } = task
    if (excluded.has(node.provision_state) || node.maintenance) return
    if (hasToDo(node)) return await finishOrGiveUp(task)
    if (node.target_power_state !== null) await this.#forgetPending(task)
    const { power } = task.hardware
    if (node.power_state === null && !(await isValid(task, power))) return
    let actual: PowerState | null
    try {
      actual = await power.getPowerState(task)
      if (actual === 'error') throw new BootringError('HardwareFailed', 'the machine says that its power has failed')
    } catch (error) {
      await this.#failed(task, 'error', `could not get the power state: ${failureText(error)}`)
      return
    }
    if (actual === node.power_state) return void this.#failures.delete(node.uuid)
    if (actual === null || node.power_state === null) {
      await task.update({ power_state: actual })
      return
    }
    await this.#correct(task, actual, node.power_state)
  }

  async #correct(task: ConductorTask, actual: PowerState, expected: PowerState): Promise<void> {
    const { force } = this.#options
    if (!force || task.node.disable_power_off || (expected !== 'power on' && expected !== 'power off')) {
      task.log.warn({ actual, expected }, "the row takes over the machine's power state")
      await task.update({ power_state: actual })
      return
    }
    const tooMany = await this.#failed(task, actual, `the machine is in "${actual}", not in "${expected}"`)
    if (tooMany) return
    task.log.warn({ actual, expected }, 'switches the machine to the power state of its row')
    await switchPower(task, expected)
  }

  /** Counts; too many put the node into maintenance, with what the machine says in its row. */
  async #failed(task: ConductorTask, actual: PowerState, what: string): Promise<boolean> {
    const { uuid } = task.node
    const count = (this.#failures.get(uuid) ?? 0) + 1
    this.#failures.set(uuid, count)
    const { maxRetries } = this.#options
    task.log.warn({ attempt: count, maxRetries }, `power synchronisation: ${what}`)
    if (count <= maxRetries) return false
    this.#failures.delete(uuid)
    const reason = `During power synchronisation, ${what}; ${maxRetries} retries have not helped`
    await task.save({
      changes: {
        power_state: actual,
        last_error: reason,
        maintenance: true,
        maintenance_reason: reason,
        fault: 'power failure',
      },
      history: [{ event: reason, event_type: 'monitoring', severity: 'ERROR', user: null }],
    })
    return true
  }

  /** Whoever wanted it has died: a conductor at work holds the node. */
  async #forgetPending(task: ConductorTask): Promise<void> {
    const event = 'Pending power operation was aborted due to conductor take over'
    await task.save({
      changes: { target_power_state: null, last_error: event },
      history: [{ event, event_type: 'takeover', severity: 'ERROR', user: null }],
    })
  }
}

async function isValid(task: ConductorTask, power: PowerInterface): Promise<boolean> {
  try {
    await power.validate(task)
    return true
  } catch {
    return false
  }
}
