import { beforeEach, describe, expect, it } from 'vitest'
import { eachDatabase } from '../../../test/support/databases.ts'
import { ManagementConductor } from '../../../test/support/management-conductor.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeChanges } from '../../model/records.ts'
import type { Database } from '../../model/stores.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const other = '5c133b58-416a-5d78-a46c-b6bcd9aa80fc'

eachDatabase(
  (engine) => {
    let database: Database
    let conductor: ManagementConductor

    beforeEach(async () => {
      database = await engine.database()
      conductor = await ManagementConductor.register(database)
    })

    const create = (node: JsonObject = {}) =>
      conductor.call('create_node', { node: { uuid, driver: 'fake-hardware', ...node } })
    const patch = (...operations: JsonObject[]) => conductor.call('update_node', { node_id: uuid, patch: operations })
    const replace = (fields: JsonObject, reset_interfaces = false) =>
      conductor.call('update_node', {
        node_id: uuid,
        patch: Object.entries(fields).map(([name, value]) => ({ op: 'add', path: `/${name}`, value })),
        reset_interfaces,
      })
    const row = (changes: NodeChanges) => conductor.row({ uuid, ...changes })

    describe('create_node', () => {
      it('writes the node with all its interfaces, held by nobody', async () => {
        await create({ name: 'n1', driver_info: { a: 1 }, conductor_group: 'Rack', deploy_interface: 'ramdisk' })
        expect(await conductor.node(uuid)).toMatchObject({
          name: 'n1',
          driver: 'fake-hardware',
          driver_info: { a: 1 },
          conductor_group: 'rack',
          provision_state: 'enroll',
          reservation: null,
          deploy_interface: 'ramdisk',
          boot_interface: 'fake',
          power_interface: 'fake',
          network_interface: 'noop',
          firmware_interface: 'fake',
        })
        expect(conductor.log.lines.map(({ message }) => message)).toContain('the node was created')
      })

      it('begins in the state that the version of REST asks for, and in no other', async () => {
        await create({ provision_state: 'available' })
        expect(await conductor.node(uuid)).toMatchObject({ provision_state: 'available' })
        await expect(create({ uuid: other, provision_state: 'active' })).rejects.toMatchObject({
          code: 'InvalidParameter',
        })
      })

      it('takes traits with it', async () => {
        await create({ traits: ['CUSTOM_B', 'CUSTOM_A'] })
        const { id } = await conductor.node(uuid)
        expect((await database.management.traits([id])).get(id)).toEqual(['CUSTOM_A', 'CUSTOM_B'])
      })

      it.each<[JsonObject, string]>([
        [{ driver: 'ipmi' }, 'DriverNotFound'],
        [{ driver: 'manual-management', deploy_interface: 'fake' }, 'InterfaceNotFound'],
        [{ boot_interface: 'nonsense' }, 'InterfaceNotFound'],
        [{ parent_node: other }, 'InvalidParameter'],
        [{ parent_node: uuid }, 'InvalidParameter'],
        [{ reservation: 'me' }, 'InvalidParameter'],
        [{ traits: 'CUSTOM_A' }, 'InvalidParameter'],
      ])('refuses %j', async (fields, code) => {
        await expect(create(fields)).rejects.toMatchObject({ code })
        expect(await database.management.node(uuid)).toBeUndefined()
      })

      it('knows each name and UUID once', async () => {
        await create({ name: 'n1' })
        await expect(create()).rejects.toMatchObject({ code: 'Duplicate' })
        await expect(create({ uuid: other, name: 'n1' })).rejects.toMatchObject({ code: 'Duplicate' })
        await create({ uuid: other, name: 'n2', parent_node: uuid })
      })

      it('does nothing once the session is lost', async () => {
        await database.conductors.unregister(conductor.session)
        await expect(create()).rejects.toMatchObject({ code: 'ConductorReplaced' })
      })
    })

    describe('update_node', () => {
      it('applies the patch to the row as it is by then', async () => {
        await create({ extra: { a: 1 } })
        await patch({ op: 'add', path: '/extra/b', value: 2 })
        await patch({ op: 'remove', path: '/extra/a' }, { op: 'add', path: '/name', value: 'n1' })
        expect(await conductor.node(uuid)).toMatchObject({ extra: { b: 2 }, name: 'n1', reservation: null })
      })

      it('loses nothing of patches that come at once', async () => {
        conductor = await ManagementConductor.register(database, { attempts: 1_000 })
        await create()
        const keys = Array.from({ length: 10 }, (_, at) => `k${at}`)
        await Promise.all(keys.map((key) => patch({ op: 'add', path: `/extra/${key}`, value: 1 })))
        expect(Object.keys((await conductor.node(uuid)).extra).sort()).toEqual(keys)
      })

      it('changes nothing where one operation fails', async () => {
        await create()
        const failing = patch({ op: 'add', path: '/name', value: 'n1' }, { op: 'remove', path: '/extra/nothing' })
        await expect(failing).rejects.toMatchObject({ code: 'PatchFailed' })
        expect(await conductor.node(uuid)).toMatchObject({ name: null, updated_at: null, reservation: null })
      })

      it('says who holds the node, after as many attempts', async () => {
        await create()
        const session = await database.conductors.register('c2', '', [])
        await database.reservations.reserve(uuid, session)
        await expect(replace({ name: 'n1' })).rejects.toMatchObject({
          code: 'NodeLocked',
          message: expect.stringContaining('c2'),
        })
        await expect(conductor.call('update_node', { node_id: other, patch: [] })).rejects.toMatchObject({
          code: 'NodeNotFound',
        })
      })

      it('refuses a node that is on its way to another state', async () => {
        await row({ provision_state: 'wait call-back', target_provision_state: 'active' })
        await expect(replace({ name: 'n1' })).rejects.toMatchObject({ code: 'WrongState' })
      })

      it('sets interfaces that are removed to their defaults, and checks those that are named', async () => {
        await create({ boot_interface: 'pxe', deploy_interface: 'ramdisk' })
        await patch({ op: 'remove', path: '/boot_interface' })
        expect(await conductor.node(uuid)).toMatchObject({ boot_interface: 'fake', deploy_interface: 'ramdisk' })
        await expect(replace({ power_interface: 'ipmitool' })).rejects.toMatchObject({ code: 'InterfaceNotFound' })
        await row({ provision_state: 'active' })
        await expect(replace({ boot_interface: 'ipxe' })).rejects.toMatchObject({ code: 'WrongState' })
        await replace({ boot_interface: 'ipxe', maintenance: true })
        expect(await conductor.node(uuid)).toMatchObject({ boot_interface: 'ipxe', maintenance: true })
      })

      it('changes the driver where its interfaces fit, or are reset', async () => {
        await create({ boot_interface: 'pxe' })
        await expect(replace({ driver: 'manual-management' })).rejects.toMatchObject({ code: 'InterfaceNotFound' })
        expect(await conductor.node(uuid)).toMatchObject({ driver: 'fake-hardware' })
        await replace({ driver: 'manual-management', inspect_interface: 'no-inspect' }, true)
        expect(await conductor.node(uuid)).toMatchObject({
          driver: 'manual-management',
          boot_interface: 'ipxe',
          deploy_interface: 'direct',
          inspect_interface: 'no-inspect',
        })
        await expect(replace({ name: 'n1' }, true)).rejects.toMatchObject({ code: 'InvalidParameter' })
        await expect(replace({ driver: 'ipmi' }, true)).rejects.toMatchObject({ code: 'DriverNotFound' })
      })

      it('moves a node only where somebody looks after it', async () => {
        await create()
        await expect(replace({ conductor_group: 'elsewhere' })).rejects.toMatchObject({ code: 'NoConductorForNode' })
        await database.conductors.register('c2', 'elsewhere', [
          { hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'fake', isDefault: true },
        ])
        await replace({ conductor_group: 'Elsewhere' })
        expect(await conductor.node(uuid)).toMatchObject({ conductor_group: 'elsewhere' })
      })

      it('gives each instance to one node', async () => {
        const instance_uuid = 'b1a5b9a0-4f4c-4c57-93a8-0a6a8c6b5a4f'
        await create()
        await create({ uuid: other, instance_uuid })
        await expect(replace({ instance_uuid })).rejects.toMatchObject({ code: 'Duplicate' })
        await replace({ instance_uuid: uuid })
        await expect(replace({ instance_uuid: other })).rejects.toMatchObject({ code: 'NodeAssociated' })
      })

      it('keeps names apart, and parents that are there', async () => {
        await create()
        await create({ uuid: other, name: 'taken' })
        await expect(replace({ name: 'taken' })).rejects.toMatchObject({ code: 'Duplicate' })
        await expect(replace({ parent_node: 'taken' })).rejects.toMatchObject({ code: 'InvalidParameter' })
        await replace({ parent_node: other })
        expect(await conductor.node(uuid)).toMatchObject({ parent_node: other })
      })

      it('has the boot files follow, of nodes that have any', async () => {
        await row({ provision_state: 'clean wait', target_provision_state: null, boot_interface: 'ipxe' })
        conductor.boot.calls.length = 0
        await replace({ driver_info: { deploy_kernel: 'http://images/k' } })
        expect(conductor.boot.calls).toEqual(['prepare'])
        await replace({ driver_info: { deploy_kernel: 'http://images/k' } })
        expect(conductor.boot.calls).toEqual(['prepare'])
        await replace({ maintenance: true, boot_interface: 'pxe' })
        expect(conductor.boot.calls).toEqual(['prepare', 'clean up', 'prepare'])
        await row({ provision_state: 'manageable' })
        await replace({ driver_info: {} })
        expect(conductor.boot.calls).toEqual(['prepare', 'clean up', 'prepare'])
      })

      it('tells history of maintenance', async () => {
        await create()
        await replace({ maintenance: true })
        await replace({ name: 'n1' })
        await replace({ maintenance: false })
        expect(await conductor.history(uuid)).toEqual([
          'INFO maintenance: Put into maintenance',
          'INFO maintenance: Taken out of maintenance',
        ])
      })
    })

    describe('set_node_maintenance', () => {
      it('takes reason and fault away with it, in whatever state', async () => {
        await row({ provision_state: 'wait call-back', target_provision_state: 'active', fault: 'power failure' })
        await conductor.call('set_node_maintenance', { node_id: uuid, maintenance: true, reason: 'no power' })
        expect(await conductor.node(uuid)).toMatchObject({ maintenance: true, maintenance_reason: 'no power' })
        await conductor.call('set_node_maintenance', { node_id: uuid, maintenance: true })
        expect(await conductor.node(uuid)).toMatchObject({ maintenance: true, maintenance_reason: null })
        await conductor.call('set_node_maintenance', { node_id: uuid, maintenance: false, reason: 'ignored' })
        expect(await conductor.node(uuid)).toMatchObject({
          maintenance: false,
          maintenance_reason: null,
          fault: null,
          provision_state: 'wait call-back',
        })
        expect(await conductor.history(uuid)).toEqual([
          'INFO maintenance: Put into maintenance: no power',
          'INFO maintenance: Taken out of maintenance',
        ])
      })
    })

    describe('destroy_node', () => {
      const destroy = () => conductor.call('destroy_node', { node_id: uuid })

      it('takes all that belongs to the node with it, boot files too', async () => {
        await create({ traits: ['CUSTOM_A'] })
        await conductor.call('create_port', { node_id: uuid, port: { address: '52:54:00:12:34:56' } })
        await replace({ maintenance: true })
        conductor.boot.calls.length = 0
        await destroy()
        expect(await database.management.node(uuid)).toBeUndefined()
        expect(await database.management.port('52:54:00:12:34:56')).toBeUndefined()
        expect(conductor.boot.calls).toEqual(['clean up'])
        await expect(destroy()).rejects.toMatchObject({ code: 'NodeNotFound' })
        await create()
      })

      it.each<[NodeChanges, string]>([
        [{ provision_state: 'active' }, 'WrongState'],
        [{ provision_state: 'clean failed' }, 'WrongState'],
        [{ instance_uuid: other }, 'NodeAssociated'],
        [{ protected: true }, 'NodeProtected'],
        [{ protected: true, maintenance: true }, 'NodeProtected'],
      ])('keeps a node with %j', async (changes, code) => {
        await row(changes)
        await expect(destroy()).rejects.toMatchObject({ code })
        expect(await conductor.node(uuid)).toMatchObject({ reservation: null })
      })

      it('keeps nodes that are available where the configuration says so', async () => {
        conductor = await ManagementConductor.register(database, { mayDeleteAvailable: false })
        await row({ provision_state: 'available' })
        await expect(destroy()).rejects.toMatchObject({ code: 'WrongState' })
      })
    })

    describe('traits', () => {
      const traits = async () => {
        const { id } = await conductor.node(uuid)
        return (await database.management.traits([id])).get(id) ?? []
      }

      it('are added, replaced and removed', async () => {
        await create()
        await conductor.call('add_node_traits', { node_id: uuid, traits: ['CUSTOM_B'], replace: false })
        await conductor.call('add_node_traits', { node_id: uuid, traits: ['CUSTOM_A', 'CUSTOM_B'], replace: false })
        expect(await traits()).toEqual(['CUSTOM_A', 'CUSTOM_B'])
        await conductor.call('remove_node_traits', { node_id: uuid, traits: ['CUSTOM_B'] })
        expect(await traits()).toEqual(['CUSTOM_A'])
        const missing = conductor.call('remove_node_traits', { node_id: uuid, traits: ['CUSTOM_B'] })
        await expect(missing).rejects.toMatchObject({ code: 'NotFound' })
        await conductor.call('add_node_traits', { node_id: uuid, traits: ['CUSTOM_C'], replace: true })
        expect(await traits()).toEqual(['CUSTOM_C'])
        await conductor.call('remove_node_traits', { node_id: uuid, traits: [] })
        expect(await traits()).toEqual([])
      })

      it('are 50 at most', async () => {
        await create()
        const many = Array.from({ length: 50 }, (_, at) => `CUSTOM_${at}`)
        await conductor.call('add_node_traits', { node_id: uuid, traits: many, replace: true })
        const more = conductor.call('add_node_traits', { node_id: uuid, traits: ['CUSTOM_X'], replace: false })
        await expect(more).rejects.toMatchObject({ code: 'InvalidParameter' })
        expect(await traits()).toHaveLength(50)
      })
    })
  },
  ['sqlite'],
)
