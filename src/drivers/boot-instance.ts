import { bootFromDisk, bootFromNetwork } from './boot-device.ts'
import type { NodeTask } from './interfaces.ts'
import { nodeWithPorts } from './node-with-ports.ts'

/** Whether the machine has no disk of its own to boot from, but boots the instance's ramdisk each time. */
const isDiskless = (task: Pick<NodeTask, 'hardware'>): boolean => task.hardware.deploy.name === 'ramdisk'

/** Has the machine boot its instance from now on: from the disk or, diskless, from what its conductor has. */
export async function prepareInstanceBoot(task: NodeTask): Promise<void> {
  if (!isDiskless(task)) {
    await bootFromDisk(task)
    return
  }
  await task.hardware.boot.prepare(nodeWithPorts(task, 'active'))
  await bootFromNetwork(task, true)
}
