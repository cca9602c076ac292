import { beforeEach, describe, expect, it } from 'vitest'
import { eachDatabase } from '../../../test/support/databases.ts'
import { ManagementConductor } from '../../../test/support/management-conductor.ts'
import type { NodeChanges } from '../../model/records.ts'
import type { Database } from '../../model/stores.ts'
import { finishPowerChange } from '../hardware-changes/power-change.ts'
import { toDoOf, withToDo } from '../hardware-changes/to-do.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

eachDatabase(
  (engine) => {
    let database: Database
    let conductor: ManagementConductor

    beforeEach(async () => {
      database = await engine.database()
      conductor = await ManagementConductor.register(database)
      await conductor.call('create_node', { node: { uuid, driver: 'fake-hardware', boot_interface: 'ipxe' } })
    })

    const row = (changes: NodeChanges) => conductor.row({ uuid, ...changes })
    const power = (target: string, timeout?: number) =>
      conductor.call('change_node_power_state', {
        node_id: uuid,
        target,
        ...(timeout === undefined ? {} : { timeout }),
      })

    describe('change_node_power_state', () => {
      it.each([
        ['power on', 'power on'],
        ['power off', 'power off'],
        ['rebooting', 'power on'],
        ['soft power off', 'power off'],
        ['soft rebooting', 'power on'],
      ])('%s', async (target, state) => {
        await row({ last_error: 'old', driver_internal_info: { agent_secret_token: 't' } })
        await power(target)
        const node = await conductor.node(uuid)
        expect(node).toMatchObject({
          power_state: state,
          target_power_state: null,
          last_error: null,
          reservation: null,
        })
        expect(toDoOf(node)).toEqual({})
        // Whoever was off, or begins anew, gets a new token.
        expect(node.driver_internal_info).toEqual(target === 'power on' ? { agent_secret_token: 't' } : {})
        expect(await conductor.history(uuid)).toEqual([`INFO power: Power state changed to "${state}" by "${target}"`])
        expect(conductor.log.lines).toContainEqual(
          expect.objectContaining({ level: 'info', message: 'the node has changed its power state' }),
        )
      })

      it('answers first, and shows by the row and the reservation what goes on', async () => {
        await row({ driver_info: { fake_power_delay: '0.2' } })
        const switching = power('rebooting')
        await expect
          .poll(() => conductor.node(uuid))
          .toMatchObject({
            target_power_state: 'power on',
            reservation: 'c1',
          })
        expect(toDoOf(await conductor.node(uuid))).toEqual({ power: { action: 'rebooting' } })
        await switching
        expect(await conductor.node(uuid)).toMatchObject({ target_power_state: null, reservation: null })
      })

      it('tells of a failure in the row, the history and the log', async () => {
        await row({ driver_info: { fake_power_fail: 'reboot' }, power_state: 'power on' })
        await power('rebooting')
        const node = await conductor.node(uuid)
        expect(node).toMatchObject({
          power_state: 'power on',
          target_power_state: null,
          reservation: null,
          last_error: expect.stringContaining('Failed to change the power state to "power on" by "rebooting"'),
        })
        expect(toDoOf(node)).toEqual({})
        expect(await conductor.history(uuid)).toEqual([`ERROR power: ${node.last_error}`])
        expect(conductor.log.lines.some(({ level }) => level === 'error')).toBe(true)
      })

      it.each<[string, NodeChanges, string]>([
        ['warp', {}, 'InvalidStateRequested'],
        ['power on', { provision_state: 'cleaning' }, 'InvalidStateRequested'],
        ['power off', { provision_state: 'clean wait' }, 'InvalidStateRequested'],
        ['power off', { disable_power_off: true }, 'WrongState'],
        ['power on', { driver_info: { fake_power_delay: 'long' } }, 'InvalidParameter'],
      ])('refuses %s for a node with %j', async (target, changes, code) => {
        await row({ ...changes, power_state: 'power on', last_error: 'old' })
        await expect(power(target)).rejects.toMatchObject({ code })
        expect(await conductor.node(uuid)).toMatchObject({
          target_power_state: null,
          last_error: 'old',
          reservation: null,
        })
      })

      it('changes nothing where no worker is free, or somebody holds the node', async () => {
        const busy = await ManagementConductor.register(database, { workers: 0 })
        await expect(busy.call('change_node_power_state', { node_id: uuid, target: 'power on' })).rejects.toMatchObject(
          { code: 'Overloaded' },
        )
        expect(await conductor.node(uuid)).toMatchObject({ target_power_state: null, reservation: null })
      })

      it('is finished by whoever finds it in the row', async () => {
        await row({
          target_power_state: 'power on',
          driver_internal_info: withToDo(
            { driver_internal_info: {}, provision_state: 'enroll' },
            { power: { action: 'rebooting' } },
          ),
        })
        const heir = await ManagementConductor.register(database, { hostname: 'c2' })
        for (const _ of [1, 2]) await heir.tasks.run(uuid, { requestId: 'req-2' }, (task) => finishPowerChange(task))
        expect(await conductor.node(uuid)).toMatchObject({ power_state: 'power on', target_power_state: null })
        expect(await conductor.history(uuid)).toEqual(['INFO power: Power state changed to "power on" by "rebooting"'])
      })
    })

    describe('change_node_boot_mode and change_node_secure_boot', () => {
      it('set it in the background', async () => {
        await row({ last_error: 'old' })
        await conductor.call('change_node_boot_mode', { node_id: uuid, target: 'uefi' })
        await conductor.call('change_node_secure_boot', { node_id: uuid, target: true })
        const node = await conductor.node(uuid)
        expect(node).toMatchObject({ boot_mode: 'uefi', secure_boot: true, last_error: null, reservation: null })
        expect(node.driver_internal_info).toEqual({})
        expect(await conductor.history(uuid)).toEqual([
          'INFO management: Changed the boot mode to "uefi"',
          'INFO management: Changed the secure boot to true',
        ])
      })

      it('tell of failures', async () => {
        await row({ boot_mode: 'bios' })
        await conductor.call('change_node_secure_boot', { node_id: uuid, target: true })
        const node = await conductor.node(uuid)
        expect(node).toMatchObject({ secure_boot: null, last_error: expect.stringContaining('secure boot') })
        expect(node.driver_internal_info).toEqual({})
        await row({ management_interface: 'noop' })
        await conductor.call('change_node_boot_mode', { node_id: uuid, target: 'uefi' })
        expect(await conductor.node(uuid)).toMatchObject({
          boot_mode: 'bios',
          last_error: expect.stringContaining('Failed to change the boot mode to "uefi"'),
        })
      })

      it('set it where it can not be read', async () => {
        await row({ driver_info: { fake_management_fail: 'get_boot_mode' } })
        await conductor.call('change_node_boot_mode', { node_id: uuid, target: 'bios' })
        expect(await conductor.node(uuid)).toMatchObject({ boot_mode: 'bios', last_error: null })
      })

      it('do not while something else is going on', async () => {
        await row({ provision_state: 'deploying' })
        const mode = conductor.call('change_node_boot_mode', { node_id: uuid, target: 'uefi' })
        await expect(mode).rejects.toMatchObject({ code: 'WrongState' })
        const secure = conductor.call('change_node_secure_boot', { node_id: uuid, target: true })
        await expect(secure).rejects.toMatchObject({ code: 'WrongState' })
        const wrong = conductor.call('change_node_boot_mode', { node_id: uuid, target: 'coreboot' })
        await expect(wrong).rejects.toMatchObject({ code: 'InvalidParameter' })
      })
    })

    describe('boot devices', () => {
      it('are set, read and listed', async () => {
        await conductor.call('set_boot_device', { node_id: uuid, device: 'disk', persistent: true })
        expect(await conductor.call('get_boot_device', { node_id: uuid })).toEqual({
          boot_device: { boot_device: 'disk', persistent: true },
        })
        const { devices } = await conductor.call('get_supported_boot_devices', { node_id: uuid })
        expect(devices).toContain('pxe')
        const wrong = conductor.call('set_boot_device', { node_id: uuid, device: 'tape', persistent: false })
        await expect(wrong).rejects.toMatchObject({ code: 'InvalidParameter' })
      })

      it('are listed while somebody holds the node, and read once it is free', async () => {
        await database.reservations.reserve(uuid, conductor.session)
        await conductor.call('get_supported_boot_devices', { node_id: uuid })
        const reading = conductor.call('get_boot_device', { node_id: uuid })
        await expect(reading).rejects.toMatchObject({ code: 'NodeLocked' })
      })
    })

    it('an NMI is sent, where the hardware can', async () => {
      await conductor.call('inject_nmi', { node_id: uuid })
      await row({ management_interface: 'noop' })
      await expect(conductor.call('inject_nmi', { node_id: uuid })).rejects.toMatchObject({
        code: 'UnsupportedDriverExtension',
      })
    })

    describe('validate_driver_interfaces', () => {
      it('says of each interface whether it has what it needs', async () => {
        await row({
          driver_info: { fake_power_delay: 'long' },
          console_interface: 'no-console',
          instance_info: { traits: ['CUSTOM_A'] },
        })
        const { interfaces } = await conductor.call('validate_driver_interfaces', { node_id: uuid })
        expect(interfaces).toMatchObject({
          power: { result: false, reason: expect.stringContaining('fake_power_delay') },
          management: { result: true },
          boot: { result: true },
          network: { result: true },
          bios: { result: true },
          console: {
            result: false,
            reason: 'Driver fake-hardware does not support console (disabled or not implemented).',
          },
          deploy: { result: false, reason: expect.stringContaining('CUSTOM_A') },
        })
        expect(Object.keys(interfaces)).toHaveLength(12)
        expect(interfaces).not.toHaveProperty('vendor')
      })

      it('asks for no reservation, but for a driver that is there', async () => {
        await database.reservations.reserve(uuid, conductor.session)
        await conductor.call('validate_driver_interfaces', { node_id: uuid })
        const poor = await ManagementConductor.register(database, { hostname: 'c2', types: ['manual-management'] })
        await expect(poor.call('validate_driver_interfaces', { node_id: uuid })).rejects.toMatchObject({
          code: 'DriverNotFound',
        })
      })
    })

    it('get_driver_properties names what goes into driver_info', async () => {
      const { properties } = await conductor.call('get_driver_properties', { driver_name: 'fake-hardware' })
      expect(properties).toHaveProperty('fake_power_delay')
      await expect(conductor.call('get_driver_properties', { driver_name: 'ipmi' })).rejects.toMatchObject({
        code: 'DriverNotFound',
      })
    })
  },
  ['sqlite'],
)
