import type { NodeWithPorts } from '../model/node.ts'
import type { ProvisionState } from '../model/provision-states.ts'
import { bootNodeOf } from './boot/boot-node-of.ts'
import type { NodeView } from './interfaces.ts'

/**
 * What boot files are rendered from. What a machine boots depends on the node's state: `becoming` is the one that it will be
 * in when the machine asks. Interfaces that the row leaves to the defaults are named.
 */
export function nodeWithPorts(task: NodeView, becoming?: ProvisionState): NodeWithPorts {
  return {
    ...bootNodeOf(task),
    bootInterface: task.hardware.boot.name,
    deployInterface: task.hardware.deploy.name,
    ...(becoming === undefined ? {} : { provisionState: becoming }),
  }
}
