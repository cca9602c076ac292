import { BootringError } from '../../model/errors.ts'
import { asObject } from '../as-object.ts'
import { type Rehearsal, rehearsalProperties, validateRehearsal } from '../fake/rehearsal.ts'
import type { BootDevice, ManagementInterface, NodeTask, NodeView } from '../interfaces.ts'
import { checkBootDevice } from './check-boot-device.ts'

const devices = ['pxe', 'disk', 'cdrom', 'uefihttp'] as const satisfies readonly BootDevice[]

/** Where the row keeps the boot device, in `driver_internal_info`. */
const deviceKey = 'fake_boot_device'

/** Remembers in the row what it is told, so that any conductor says the same. */
export class FakeManagement implements ManagementInterface {
  readonly name = 'fake'
  readonly properties = rehearsalProperties('management')
  readonly #rehearsal: Rehearsal

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal
  }

  validate(task: NodeView): void {
    validateRehearsal(task, 'management')
  }

  supportedBootDevices(): readonly BootDevice[] {
    return devices
  }

  async getBootDevice(task: NodeTask): Promise<{ boot_device: BootDevice | null; persistent: boolean | null }> {
    await this.#rehearsal.perform(task, 'management', 'get_boot_device')
    const { boot_device, persistent } = asObject(task.node.driver_internal_info[deviceKey])
    const device = devices.find((one) => one === boot_device)
    return device === undefined
      ? { boot_device: 'pxe', persistent: false }
      : { boot_device: device, persistent: persistent === true }
  }

  async setBootDevice(task: NodeTask, device: BootDevice, persistent: boolean): Promise<void> {
    checkBootDevice(this, task, device)
    await this.#rehearsal.perform(task, 'management', 'set_boot_device')
    await task.update({
      driver_internal_info: { ...task.node.driver_internal_info, [deviceKey]: { boot_device: device, persistent } },
    })
  }

  supportedBootModes(): readonly ('uefi' | 'bios')[] {
    return ['uefi', 'bios']
  }

  async getBootMode(task: NodeTask): Promise<'uefi' | 'bios' | null> {
    await this.#rehearsal.perform(task, 'management', 'get_boot_mode')
    return task.node.boot_mode
  }

  async setBootMode(task: NodeTask, mode: 'uefi' | 'bios'): Promise<void> {
    await this.#rehearsal.perform(task, 'management', 'set_boot_mode')
    await task.update({ boot_mode: mode })
  }

  async getSecureBoot(task: NodeTask): Promise<boolean | null> {
    await this.#rehearsal.perform(task, 'management', 'get_secure_boot_state')
    return task.node.secure_boot
  }

  async setSecureBoot(task: NodeTask, on: boolean): Promise<void> {
    if (on && task.node.boot_mode === 'bios')
      throw new BootringError('InvalidParameter', `node ${task.node.uuid} boots by bios, which has no secure boot`)
    await this.#rehearsal.perform(task, 'management', 'set_secure_boot_state')
    await task.update({ secure_boot: on })
  }

  async injectNmi(task: NodeTask): Promise<void> {
    await this.#rehearsal.perform(task, 'management', 'inject_nmi')
  }
}
