import { BootringError } from '../../model/errors.ts'
import type { BootDevice, ManagementInterface, NodeTask } from '../interfaces.ts'

/** Throws `InvalidParameter`. */
export function checkBootDevice(management: ManagementInterface, task: NodeTask, device: BootDevice): void {
  const supported = management.supportedBootDevices(task)
  if (!supported.includes(device))
    throw new BootringError(
      'InvalidParameter',
      `management interface ${management.name} of node ${task.node.uuid} can't boot from ${JSON.stringify(device)}, but from ${supported.join(', ')}`,
    )
}
