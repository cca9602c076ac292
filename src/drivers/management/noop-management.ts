import type { BootDevice, ManagementInterface, NodeTask } from '../interfaces.ts'
import { unsupported } from '../unsupported.ts'
import { checkBootDevice } from './check-boot-device.ts'

/** For machines whose firmware is set up by hand: the network first, then the disk. It changes nothing, and knows nothing else. */
export class NoopManagement implements ManagementInterface {
  readonly name = 'noop'
  readonly properties = {}

  validate(): void {}

  supportedBootDevices(): readonly BootDevice[] {
    return ['pxe', 'disk']
  }

  async getBootDevice(): Promise<{ boot_device: BootDevice; persistent: boolean }> {
    return { boot_device: 'pxe', persistent: true }
  }

  async setBootDevice(task: NodeTask, device: BootDevice): Promise<void> {
    checkBootDevice(this, task, device)
  }

  supportedBootModes(): readonly ('uefi' | 'bios')[] {
    return []
  }

  async getBootMode(): Promise<null> {
    return null
  }

  async setBootMode(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'set_boot_mode')
  }

  async getSecureBoot(): Promise<null> {
    return null
  }

  async setSecureBoot(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'set_secure_boot_state')
  }

  async injectNmi(task: NodeTask): Promise<void> {
    throw unsupported(task.node, 'inject_nmi')
  }
}
