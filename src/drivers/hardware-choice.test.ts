import { describe, expect, it } from 'vitest'
import { allEnabled } from '../../test/support/fake-task.ts'
import { BootringError } from '../model/errors.ts'
import { interfaceTypes } from '../model/records.ts'
import type { EnabledHardware } from './enabled-hardware.ts'
import { HardwareChoice } from './hardware-choice.ts'
import { hardwareProblems } from './hardware-problems.ts'
import { hardwareTypes } from './hardware-types.ts'

const some: EnabledHardware = {
  ...allEnabled,
  interfaces: { ...allEnabled.interfaces, deploy: ['ramdisk', 'direct'], inspect: ['no-inspect'] },
}

describe('the choice of interfaces', () => {
  it('is what the node says, else the default of its hardware type', () => {
    const choice = new HardwareChoice(some)
    expect(
      choice.interfacesOf({ driver: 'manual-management', deploy_interface: 'ramdisk', boot_interface: null }),
    ).toEqual({
      bios_interface: 'no-bios',
      boot_interface: 'ipxe',
      console_interface: 'no-console',
      deploy_interface: 'ramdisk',
      firmware_interface: 'no-firmware',
      inspect_interface: 'no-inspect',
      management_interface: 'noop',
      network_interface: 'noop',
      power_interface: 'fake',
      raid_interface: 'no-raid',
      rescue_interface: 'no-rescue',
      storage_interface: 'noop',
      vendor_interface: 'no-vendor',
    })
    // In the order of the hardware type, not of the option.
    expect(choice.nameOf({ driver: 'manual-management' }, 'deploy')).toBe('direct')
    expect(choice.nameOf({ driver: 'fake-hardware' }, 'management')).toBe('fake')
  })

  it('has the default that an option names', () => {
    const choice = new HardwareChoice({ ...some, defaults: { deploy: 'ramdisk', boot: undefined } })
    expect(choice.nameOf({ driver: 'fake-hardware' }, 'deploy')).toBe('ramdisk')
    expect(choice.nameOf({ driver: 'fake-hardware', deploy_interface: 'direct' }, 'deploy')).toBe('direct')
  })

  it.each([
    [{ driver: 'ipmi' }, 'DriverNotFound'],
    [{ driver: 'manual-management', deploy_interface: 'fake' }, 'InterfaceNotFound'],
    [{ driver: 'manual-management', boot_interface: 'fake' }, 'InterfaceNotFound'],
    [{ driver: 'manual-management', inspect_interface: 'agent' }, 'InterfaceNotFound'],
    [{ driver: 'manual-management', power_interface: 'redfish' }, 'InterfaceNotFound'],
    [{ driver: 'manual-management', power_interface: '' }, 'InterfaceNotFound'],
  ])('refuses %j', (node, code) => {
    expect(() => new HardwareChoice(some).interfacesOf(node)).toThrow(expect.objectContaining({ code }))
  })

  it('says in rows what is offered, with one default for each type', () => {
    const rows = new HardwareChoice({ ...some, defaults: { deploy: 'ramdisk' } }).rows()
    for (const hardwareType of Object.keys(hardwareTypes)) {
      for (const interfaceType of interfaceTypes) {
        const own = rows.filter((row) => row.hardwareType === hardwareType && row.interfaceType === interfaceType)
        expect(own.filter(({ isDefault }) => isDefault)).toHaveLength(1)
        expect(new Set(own.map(({ interfaceName }) => interfaceName)).size).toBe(own.length)
      }
    }
    expect(rows.filter((row) => row.hardwareType === 'manual-management' && row.interfaceType === 'deploy')).toEqual([
      { hardwareType: 'manual-management', interfaceType: 'deploy', interfaceName: 'direct', isDefault: false },
      { hardwareType: 'manual-management', interfaceType: 'deploy', interfaceName: 'ramdisk', isDefault: true },
    ])
    expect(rows.length).toBe(new Set(rows.map((row) => JSON.stringify(row))).size)
  })

  it('offers a type once, however often it is enabled', () => {
    const choice = new HardwareChoice({ ...some, types: ['manual-management', 'manual-management'] })
    expect(choice.types).toEqual(['manual-management'])
    expect(() => choice.interfacesOf({ driver: 'fake-hardware' })).toThrow(/not enabled/)
  })
})

describe('options that can not be right', () => {
  const withInterfaces = (interfaces: Partial<EnabledHardware['interfaces']>): EnabledHardware => ({
    ...allEnabled,
    interfaces: { ...allEnabled.interfaces, ...interfaces },
  })
  it.each<[EnabledHardware, RegExp]>([
    [
      { ...allEnabled, types: ['ipmi', 'redfish'] },
      /^\[DEFAULT\]enabled_hardware_types = ipmi,redfish: .*manual-management/,
    ],
    [{ ...allEnabled, types: [] }, /^\[DEFAULT\]enabled_hardware_types = : /],
    [
      withInterfaces({ deploy: ['direct', 'custom-agent'] }),
      /^\[DEFAULT\]enabled_deploy_interfaces = direct,custom-agent: /,
    ],
    [withInterfaces({ storage: [] }), /^\[DEFAULT\]enabled_storage_interfaces = : .*noop/],
    [
      withInterfaces({ deploy: ['fake'] }),
      /^\[DEFAULT\]enabled_deploy_interfaces = fake: .*direct, ramdisk, for manual-management$/,
    ],
    [{ ...allEnabled, defaults: { boot: 'fake' } }, /^\[DEFAULT\]default_boot_interface = fake: .*manual-management/],
    [
      { ...withInterfaces({ deploy: ['direct'] }), defaults: { deploy: 'ramdisk' } },
      /^\[DEFAULT\]default_deploy_interface = ramdisk: .*direct$/,
    ],
  ])('are named: %#', (enabled, message) => {
    const build = () => new HardwareChoice(enabled)
    expect(build).toThrow(BootringError)
    expect(build).toThrow(expect.objectContaining({ code: 'ConfigInvalid', message: expect.stringMatching(message) }))
  })

  it('are all named at once, each once', () => {
    const enabled = {
      ...withInterfaces({ storage: [], vendor: ['x'] }),
      types: ['x', 'fake-hardware', 'manual-management'],
      defaults: { boot: 'fake', raid: 'agent', storage: 'noop' },
    }
    const options = hardwareProblems(enabled).map(({ option }) => option)
    expect(options).toEqual([
      'enabled_hardware_types',
      'default_boot_interface',
      'default_raid_interface',
      // One for each hardware type; its default is a consequence.
      'enabled_storage_interfaces',
      'enabled_storage_interfaces',
      'enabled_vendor_interfaces',
    ])
  })
})
