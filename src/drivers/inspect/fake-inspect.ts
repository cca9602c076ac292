import { type Rehearsal, rehearsalProperties, validateRehearsal, waitsForAgent } from '../fake/rehearsal.ts'
import type { InspectInterface, NodeTask, NodeView, Progress } from '../interfaces.ts'

/** Finds nothing. Waits for an agent where the node says so, and takes no notice of what that has found. */
export class FakeInspect implements InspectInterface {
  readonly name = 'fake'
  readonly properties = rehearsalProperties('inspect', true)
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal
  }

  validate(task: NodeView): void {
    validateRehearsal(task, 'inspect')
  }

  async inspect(task: NodeTask): Promise<Progress> {
    await this.#rehearsal.perform(task, 'inspect', 'inspect')
    return waitsForAgent(task, 'inspect') ? 'wait' : 'done'
  }

  async continueInspection(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'inspect', 'continue_inspection')
  }

  async abort(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'inspect', 'abort')
  }
}
