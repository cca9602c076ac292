import { BootringError } from '../../model/errors.ts'
import type { NodeTask, NodeView } from '../interfaces.ts'

/** Throws `MissingParameter`. */
export function checkRescuePassword({ node }: Pick<NodeView, 'node'>): void {
  const password = node.instance_info.rescue_password
  if (typeof password !== 'string' || password.trim() === '')
    throw new BootringError('MissingParameter', `node ${node.uuid} has no instance_info.rescue_password`)
}

/** Nobody needs it any more. */
export async function forgetRescuePassword(task: NodeTask): Promise<void> {
  const { rescue_password, hashed_rescue_password, ...rest } = task.node.instance_info
  if (rescue_password !== undefined || hashed_rescue_password !== undefined) await task.update({ instance_info: rest })
}
