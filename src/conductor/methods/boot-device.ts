import type { BootDevice } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'tasks'>

/** `set_boot_device`, while the caller waits. */
export function setBootDevice({ tasks }: Parts): NonNullable<Handlers['set_boot_device']> {
  return async ({ device, node_id, persistent }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const { management } = task.hardware
      await management.validate(task)
      const known: BootDevice | undefined = management.supportedBootDevices(task).find((one) => one === device)
      if (known === undefined)
        throw new BootringError(
          'InvalidParameter',
          `node ${node_id} can't be told to boot from ${JSON.stringify(device)}`,
        )
      await management.setBootDevice(task, known, persistent)
      task.log.info({ device, persistent }, 'the boot device was set')
    })
    return {}
  }
}

/** `get_boot_device`: under the reservation, as the machine is asked. */
export function getBootDevice({ tasks }: Parts): NonNullable<Handlers['get_boot_device']> {
  return async ({ node_id }, context) => ({
    boot_device: await tasks.run(node_id, context, async (task) => {
      const { management } = task.hardware
      await management.validate(task)
      return { ...(await management.getBootDevice(task)) }
    }),
  })
}

/** `get_supported_boot_devices`: without a reservation. */
export function getSupportedBootDevices({ tasks }: Parts): NonNullable<Handlers['get_supported_boot_devices']> {
  return async ({ node_id }) => {
    const task = await tasks.look(node_id)
    return { devices: [...task.hardware.management.supportedBootDevices(task)] }
  }
}
