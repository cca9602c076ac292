import { describe, expect, it } from 'vitest'
import { allEnabled, RecordingBoot } from '../../test/support/fake-task.ts'
import { aNodeRecord } from '../../test/support/management-records.ts'
import { interfaceTypes, type NodeRecord } from '../model/records.ts'
import { BootInterface } from './boot/boot-interface.ts'
import { HardwareRegistry } from './hardware-registry.ts'
import { hardwareTypes } from './hardware-types.ts'

const boot = new RecordingBoot()
const registry = new HardwareRegistry({
  enabled: allEnabled,
  bootInterfaceOf: ({ bootInterface }) => (bootInterface === 'ipxe' ? boot : new BootInterface(String(bootInterface))),
})

const unnamed = Object.fromEntries(interfaceTypes.map((type) => [`${type}_interface`, null])) as Partial<NodeRecord>
const aNode = (changes: Partial<NodeRecord>) => aNodeRecord({ ...unnamed, ...changes })

/** Those that `Hardware` has. */
const implemented = ['boot', 'deploy', 'inspect', 'management', 'network', 'power', 'rescue'] as const

describe('the registry', () => {
  it.each(Object.entries(hardwareTypes))('has every interface that %s names', (driver, offers) => {
    for (const type of implemented) {
      for (const name of offers[type]) {
        const hardware = registry.hardwareOf(aNode({ driver, [`${type}_interface`]: name }))
        expect(hardware.type).toBe(driver)
        expect(hardware[type].name).toBe(name)
      }
    }
  })

  it('gives a node that names nothing the defaults of its type', () => {
    const names = (driver: string) => {
      const hardware = registry.hardwareOf(aNode({ driver }))
      return implemented.map((type) => hardware[type].name)
    }
    expect(names('fake-hardware')).toEqual(['fake', 'fake', 'fake', 'fake', 'noop', 'fake', 'fake'])
    expect(names('manual-management')).toEqual(['ipxe', 'direct', 'agent', 'noop', 'noop', 'fake', 'no-rescue'])
  })

  it('refuses what is not enabled, of types that are known by name only as well', () => {
    const of = (changes: Partial<NodeRecord>) => () => registry.hardwareOf(aNode(changes))
    expect(of({ driver: 'redfish' })).toThrow(expect.objectContaining({ code: 'DriverNotFound' }))
    expect(of({ driver: 'fake-hardware', raid_interface: 'agent' })).toThrow(
      expect.objectContaining({ code: 'InterfaceNotFound' }),
    )
  })

  it('fills in and checks the interfaces of a node that is to be written', () => {
    const columns = registry.checkInterfaces({ driver: 'manual-management', rescue_interface: 'agent' })
    expect(Object.keys(columns)).toHaveLength(interfaceTypes.length)
    expect(columns).toMatchObject({
      rescue_interface: 'agent',
      deploy_interface: 'direct',
      vendor_interface: 'no-vendor',
    })
    expect(registry.nameOf({ driver: 'fake-hardware' }, 'vendor')).toBe('fake')
  })

  it('knows what drivers read of driver_info', () => {
    const properties = registry.driverProperties('fake-hardware')
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['fake_power_fail', 'fake_deploy_wait', 'fake_boot_delay', 'fake_rescue_fail']),
    )
    for (const text of Object.values(properties)) expect(text).not.toBe('')
    expect(Object.keys(registry.driverProperties('manual-management'))).toContain('fake_power_delay')
    expect(() => registry.driverProperties('ipmi')).toThrow(expect.objectContaining({ code: 'DriverNotFound' }))
  })

  it('offers its rows', () => {
    expect(registry.types).toEqual(['fake-hardware', 'manual-management'])
    expect(registry.rows()).toContainEqual({
      hardwareType: 'fake-hardware',
      interfaceType: 'power',
      interfaceName: 'fake',
      isDefault: true,
    })
  })
})
