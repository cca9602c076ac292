import type { NodeTask, NodeView, Progress, RescueInterface } from '../interfaces.ts'
import { unsupported } from '../unsupported.ts'

export class NoRescue implements RescueInterface {
  readonly name = 'no-rescue'
  readonly properties = {}

  validate(task: NodeView): void {
    throw unsupported(task.node, 'rescue')
  }

  async rescue(task: NodeTask): Promise<Progress> {
    throw unsupported(task.node, 'rescue')
  }

  async unrescue(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'rescue')
  }

  async cleanUp(): Promise<void> {}
}
