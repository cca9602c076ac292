import { withoutAgent } from '../../drivers/power/switch-power.ts'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { needsBootFiles } from '../../model/provision-states.ts'
import type { NewHistoryEntry } from '../../model/records.ts'
import { applyEvent, isWorkingState, type ProvisionEvent, type Verb } from '../../model/transitions.ts'
import type { ConductorTask, TransitionWrite } from '../tasks/conductor-task.ts'
import { failureText } from '../tasks/failure-text.ts'
import type { Background } from '../tasks/node-tasks.ts'
import { debtKey, without } from './agent-notes.ts'
import { inspected } from './inspecting.ts'
import { isLost } from './is-lost.ts'
import type { Outcome, Work } from './work.ts'
import { type Works, workAround } from './works.ts'

/** Brings nodes from state to state: begins works, does them, and ends them, well or not. */
export class Provisioning {
  readonly #works: Works

  constructor(works: Works) {
    this.#works = works
  }

  /**
   * Changes the state for a verb or an agent; what the new state has to be done is what it returns. The reservation ends
   * with the change where that is nothing. Throws `InvalidStateRequested`.
   */
  async enter(task: ConductorTask, event: ProvisionEvent, write?: TransitionWrite): Promise<Background | undefined> {
    await this.#transition(task, event, write)
    return isWorkingState(task.node.provision_state) ? () => this.work(task) : undefined
  }

  /**
   * The same for a verb whose work begins anew: with `notes` for it in the row, and without what is known of an agent that
   * ran before, or of an earlier failure.
   */
  async begin(
    task: ConductorTask,
    verb: Verb,
    { changes, notes, target }: Pick<TransitionWrite, 'changes' | 'target'> & { notes?: JsonObject } = {},
  ): Promise<Background | undefined> {
    const driver_internal_info = { ...withoutAgent(task.node.driver_internal_info), ...notes }
    return await this.enter(task, verb, {
      ...(target === undefined ? {} : { target }),
      changes: { ...changes, driver_internal_info, last_error: null },
    })
  }

  /** Does the work of the node's state, and of those that follow, until the node waits or rests. */
  async work(task: ConductorTask): Promise<void> {
    for (let state = task.node.provision_state; isWorkingState(state); state = task.node.provision_state) {
      const work = this.#works[state]
      await this.#attempt(task, work, () => work.perform(task))
    }
  }

  /** Goes on with an inspection, by what the agent has found; the state is `inspecting`. */
  async finishInspection(task: ConductorTask, inventory: JsonObject, pluginData: JsonObject): Promise<void> {
    await this.#attempt(task, this.#works.inspecting, async () => {
      await task.hardware.inspect.continueInspection(task, inventory, pluginData)
      return inspected()
    })
  }

  /** Ends the wait for an agent that has not called, or must not go on: cleans up, and fails. */
  async giveUp(task: ConductorTask, reason: string): Promise<void> {
    const around = workAround(task.node.provision_state)
    if (around) await this.#fail(task, this.#works[around], new BootringError('HardwareFailed', reason))
  }

  /** Puts machine and boot files in order that an abort has left: `abort.ts`. */
  async cleanUp(task: ConductorTask): Promise<void> {
    const around = workAround(task.node.provision_state)
    if (around) await this.#works[around].cleanUp(task)
  }

  async #attempt(task: ConductorTask, work: Work, perform: () => Promise<Outcome>): Promise<void> {
    let outcome: Outcome
    try {
      outcome = await perform()
    } catch (error) {
      if (isLost(task, error)) throw error
      await this.#fail(task, work, error)
      return
    }
    await this.#transition(task, outcome.event, outcome.write)
  }

  async #fail(task: ConductorTask, work: Work, cause: unknown): Promise<void> {
    if (!(cause instanceof BootringError))
      task.log.error({ err: cause }, 'work on the node has met a fault of bootring')
    const fault = work.fault?.(task)
    const message = `${work.failure}: ${failureText(cause)}`
    const [last_error, entries] = await this.#cleanUpAfter(task, work, message)
    const { changes = {}, ...write } = work.onFailure?.(task) ?? {}
    const maintenance =
      fault === undefined
        ? {}
        : { maintenance: true, fault, maintenance_reason: task.node.maintenance_reason ?? last_error }
    const driver_internal_info = withoutAgent(changes.driver_internal_info ?? task.node.driver_internal_info)
    await this.#transition(task, 'fail', {
      ...write,
      changes: { ...changes, ...maintenance, driver_internal_info, last_error },
      history: entries.map((event) => failureEntry(work, event)),
    })
  }

  async #cleanUpAfter(task: ConductorTask, work: Work, message: string): Promise<[string, string[]]> {
    try {
      await work.cleanUp(task)
      return [message, [message]]
    } catch (error) {
      if (isLost(task, error)) throw error
      task.log.error({ err: error }, 'could not clean up after a failure')
      const also = `${message}. Also failed to clean up: ${failureText(error)}`
      return [also, [also]]
    }
  }

  /**
   * With the reservation's end where nothing is left to do, and whose boot files they are where the machine boots now. What an
   * abort has owed in the state before is no longer to be done: in a later failure it would be taken for an abort of that.
   */
  async #transition(task: ConductorTask, event: ProvisionEvent, write: TransitionWrite = {}): Promise<void> {
    const { provision_state: provisionState } = applyEvent(task.node, event, write.target)
    const mine = needsBootFiles({ provisionState, deployInterface: task.node.deploy_interface })
    const notes = write.changes?.driver_internal_info ?? task.node.driver_internal_info
    const settled = debtKey in notes ? { driver_internal_info: without(notes, debtKey) } : {}
    await task.transition(event, {
      ...write,
      changes: { ...write.changes, ...settled },
      ...(mine ? { conductor_affinity: task.conductorId } : {}),
      ...(isWorkingState(provisionState) ? {} : { release: true }),
    })
  }
}

function failureEntry({ historyType }: Work, event: string): NewHistoryEntry {
  return { event, event_type: historyType, severity: 'ERROR', user: null }
}
