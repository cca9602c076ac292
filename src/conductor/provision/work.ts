import type { ProvisionEvent } from '../../model/transitions.ts'
import type { ConductorTask, TransitionWrite } from '../tasks/conductor-task.ts'

/** How a work ends: the event, and what is written together with the new state. */
export interface Outcome {
  readonly event: ProvisionEvent
  readonly write?: TransitionWrite
}

/**
 * What a conductor does while a node is in a working state. The state is the to-do list: all that a work goes by stands in
 * the row, and where its conductor dies another one does it again, from the beginning.
 */
export interface Work {
  /** `event_type` of its failures in the history. */
  readonly historyType: string
  /** What its failures begin with, in `last_error`. */
  readonly failure: string
  /** The agent that this work has booted has been heard from where `hasAgentCalled` says so. */
  perform(task: ConductorTask): Promise<Outcome>
  /** Puts the machine and its boot files in order after a failure, an abort or a time-out. */
  cleanUp(task: ConductorTask): Promise<void>
  /** The fault of a machine that must not be touched until somebody has looked: the node goes into maintenance. */
  fault?(task: ConductorTask): string | undefined
  /** What a failure leaves in the row besides `last_error`. */
  onFailure?(task: ConductorTask): TransitionWrite
}
