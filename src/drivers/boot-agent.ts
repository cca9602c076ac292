import type { ProvisionState } from '../model/provision-states.ts'
import { bootFromNetwork } from './boot-device.ts'
import type { NodeTask, NodeView } from './interfaces.ts'
import { nodeWithPorts } from './node-with-ports.ts'
import { switchPower } from './power/switch-power.ts'

/** Boots the agent's ramdisk, or that of the rescue system: what is booted is that of the state in which the node then waits. */
export async function bootAgent(task: NodeTask, waiting: ProvisionState): Promise<void> {
  await task.hardware.boot.prepare(nodeWithPorts(task, waiting))
  await bootFromNetwork(task, false)
  await switchPower(task, 'rebooting')
}

/** Whether the node has what `bootAgent` needs, however it is deployed. Throws `MissingParameter` or `InvalidParameter`. */
export function validateAgentBoot({ hardware, node, ports }: NodeView): void {
  hardware.boot.validate({ node: { ...node, deploy_interface: null }, ports })
}
