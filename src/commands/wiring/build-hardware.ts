import type { Config } from '../../config/config.ts'
import type { EnabledHardware } from '../../drivers/enabled-hardware.ts'
import { parseFakeDelay } from '../../drivers/fake/fake-delay.ts'
import { type FakeDelays, Rehearsal, rehearsedTypes } from '../../drivers/fake/rehearsal.ts'
import { HardwareRegistry, type HardwareRegistryParts } from '../../drivers/hardware-registry.ts'
import { BootringError } from '../../model/errors.ts'

/** Throws `ConfigInvalid`. */
export function buildHardware(
  config: Pick<Config, 'DEFAULT' | 'fake'>,
  bootInterfaceOf: HardwareRegistryParts['bootInterfaceOf'],
): HardwareRegistry {
  return new HardwareRegistry({
    enabled: enabledHardware(config.DEFAULT),
    bootInterfaceOf,
    rehearsal: new Rehearsal(fakeDelays(config.fake)),
  })
}

export function enabledHardware(options: Config['DEFAULT']): EnabledHardware {
  return {
    types: options.enabled_hardware_types,
    interfaces: {
      bios: options.enabled_bios_interfaces,
      boot: options.enabled_boot_interfaces,
      console: options.enabled_console_interfaces,
      deploy: options.enabled_deploy_interfaces,
      firmware: options.enabled_firmware_interfaces,
      inspect: options.enabled_inspect_interfaces,
      management: options.enabled_management_interfaces,
      network: options.enabled_network_interfaces,
      power: options.enabled_power_interfaces,
      raid: options.enabled_raid_interfaces,
      rescue: options.enabled_rescue_interfaces,
      storage: options.enabled_storage_interfaces,
      vendor: options.enabled_vendor_interfaces,
    },
    defaults: {
      bios: options.default_bios_interface,
      boot: options.default_boot_interface,
      console: options.default_console_interface,
      deploy: options.default_deploy_interface,
      firmware: options.default_firmware_interface,
      inspect: options.default_inspect_interface,
      management: options.default_management_interface,
      network: options.default_network_interface,
      power: options.default_power_interface,
      raid: options.default_raid_interface,
      rescue: options.default_rescue_interface,
      storage: options.default_storage_interface,
      vendor: options.default_vendor_interface,
    },
  }
}

function fakeDelays(options: Config['fake']): FakeDelays {
  return Object.fromEntries(
    rehearsedTypes.map((type) => {
      const text = options[`${type}_delay`]
      const delay = parseFakeDelay(text)
      if (delay === undefined)
        throw new BootringError(
          'ConfigInvalid',
          `[fake]${type}_delay = ${text}: expected seconds, or min,max with min not above max`,
        )
      return [type, delay]
    }),
  )
}
