import { list, type Option, optionalString } from '../option.ts'

const enabled = (type: string, byDefault: readonly string[]): Option<readonly string[]> =>
  list(byDefault, `Interfaces of type ${type} that nodes may have.`, { standaloneOnly: true })

const byDefault = (type: string): Option<string | undefined> =>
  optionalString(
    `${type} interface of nodes that name none. Default: the first that is enabled, in the order of their hardware type.`,
    { standaloneOnly: true },
  )

/** Of `[DEFAULT]`: what nodes may be made of. Names are checked where a conductor starts, as they depend on each other. */
export const hardwareOptions = {
  enabled_hardware_types: list(
    ['manual-management', 'fake-hardware'],
    'Hardware types ("drivers") of the nodes that this conductor sees to.',
    { standaloneOnly: true },
  ),
  enabled_bios_interfaces: enabled('bios', ['no-bios']),
  default_bios_interface: byDefault('bios'),
  enabled_boot_interfaces: enabled('boot', ['ipxe', 'pxe', 'http-ipxe', 'http']),
  default_boot_interface: byDefault('boot'),
  enabled_console_interfaces: enabled('console', ['no-console']),
  default_console_interface: byDefault('console'),
  enabled_deploy_interfaces: enabled('deploy', ['direct', 'ramdisk', 'fake']),
  default_deploy_interface: byDefault('deploy'),
  enabled_firmware_interfaces: enabled('firmware', ['no-firmware']),
  default_firmware_interface: byDefault('firmware'),
  enabled_inspect_interfaces: enabled('inspect', ['agent', 'no-inspect', 'fake']),
  default_inspect_interface: byDefault('inspect'),
  enabled_management_interfaces: enabled('management', ['noop', 'fake']),
  default_management_interface: byDefault('management'),
  enabled_network_interfaces: enabled('network', ['noop']),
  default_network_interface: byDefault('network'),
  enabled_power_interfaces: enabled('power', ['fake']),
  default_power_interface: byDefault('power'),
  enabled_raid_interfaces: enabled('raid', ['no-raid']),
  default_raid_interface: byDefault('raid'),
  enabled_rescue_interfaces: enabled('rescue', ['no-rescue', 'agent', 'fake']),
  default_rescue_interface: byDefault('rescue'),
  enabled_storage_interfaces: enabled('storage', ['noop']),
  default_storage_interface: byDefault('storage'),
  enabled_vendor_interfaces: enabled('vendor', ['no-vendor']),
  default_vendor_interface: byDefault('vendor'),
}
