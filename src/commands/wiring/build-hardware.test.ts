import { describe, expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { loadConfig } from '../../config/load.ts'
import { BootInterface } from '../../drivers/boot/boot-interface.ts'
import type { HardwareRegistry } from '../../drivers/hardware-registry.ts'
import { buildHardware } from './build-hardware.ts'

function build(env: Record<string, string> = {}): HardwareRegistry {
  const { config } = loadConfig({ files: [], env })
  return buildHardware(config, ({ bootInterface }) => new BootInterface(bootInterface ?? 'ipxe'))
}

describe('hardware as the options have it', () => {
  it('without any: what a newcomer needs', () => {
    const registry = build()
    expect(registry.types).toEqual(['manual-management', 'fake-hardware'])
    expect(registry.checkInterfaces({ driver: 'manual-management' })).toMatchObject({
      boot_interface: 'ipxe',
      deploy_interface: 'direct',
      inspect_interface: 'agent',
      management_interface: 'noop',
      power_interface: 'fake',
      rescue_interface: 'no-rescue',
    })
    // No machine takes part in anything but its boot.
    expect(registry.checkInterfaces({ driver: 'fake-hardware' })).toMatchObject({
      boot_interface: 'ipxe',
      deploy_interface: 'fake',
      inspect_interface: 'fake',
      rescue_interface: 'fake',
    })
  })

  it('chooses from what is enabled', () => {
    const registry = build({
      OS_DEFAULT__ENABLED_HARDWARE_TYPES: 'fake-hardware',
      OS_DEFAULT__ENABLED_BOOT_INTERFACES: 'fake,pxe',
      OS_DEFAULT__ENABLED_DEPLOY_INTERFACES: 'ramdisk,fake',
      OS_DEFAULT__DEFAULT_DEPLOY_INTERFACE: 'ramdisk',
      OS_DEFAULT__ENABLED_BIOS_INTERFACES: 'fake,no-bios',
    })
    expect(registry.checkInterfaces({ driver: 'fake-hardware' })).toMatchObject({
      bios_interface: 'fake',
      boot_interface: 'fake',
      deploy_interface: 'ramdisk',
    })
    expect(registry.rows().map(({ hardwareType }) => hardwareType)).not.toContain('manual-management')
  })

  it('fails with the option and its value', () => {
    expect(() => build({ OS_DEFAULT__ENABLED_HARDWARE_TYPES: 'ipmi' })).toThrow(
      expect.objectContaining({
        code: 'ConfigInvalid',
        message: expect.stringMatching(/^\[DEFAULT\]enabled_hardware_types = ipmi: expected .*fake-hardware/),
      }),
    )
    expect(() => build({ OS_FAKE__POWER_DELAY: '1,x' })).toThrow(/\[fake\]power_delay = 1,x: expected/)
    expect(() => build({ OS_FAKE__POWER_DELAY: '3,1' })).toThrow(/\[fake\]power_delay = 3,1: expected/)
  })

  it('takes its time as [fake] says', async () => {
    const registry = build({ OS_FAKE__POWER_DELAY: '3600' })
    const { power } = registry.hardwareOf(aNodeRecord(registry.checkInterfaces({ driver: 'fake-hardware' })))
    const task = new FakeTask()
    const switching = power.setPowerState(task, 'power on')
    task.controller.abort()
    await expect(switching).rejects.toMatchObject({ code: 'ConductorReplaced' })
    expect(task.node.power_state).toBeNull()
  })
})
