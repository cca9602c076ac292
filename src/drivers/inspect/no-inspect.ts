import type { InspectInterface, NodeTask, NodeView, Progress } from '../interfaces.ts'
import { unsupported } from '../unsupported.ts'

export class NoInspect implements InspectInterface {
  readonly name = 'no-inspect'
  readonly properties = {}

  validate(task: NodeView): void {
    throw unsupported(task.node, 'inspect')
  }

  async inspect(task: NodeTask): Promise<Progress> {
    throw unsupported(task.node, 'inspect')
  }

  async continueInspection(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'inspect')
  }

  async abort(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'inspect')
  }
}
