import { beforeEach, describe, expect, it } from 'vitest'
import { eachDatabase } from '../../../test/support/databases.ts'
import { ManagementConductor } from '../../../test/support/management-conductor.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeChanges } from '../../model/records.ts'
import type { Database } from '../../model/stores.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'
const other = '5c133b58-416a-5d78-a46c-b6bcd9aa80fc'
const portUuid = '5d6d9c1a-8a6c-4a5e-9d3a-0f1c2b3a4d5e'
const groupUuid = '9f3c7b1e-2d4a-4f6b-8c1d-7e5a3b2c1d0f'
const address = '52:54:00:12:34:56'

eachDatabase(
  (engine) => {
    let database: Database
    let conductor: ManagementConductor

    beforeEach(async () => {
      database = await engine.database()
      conductor = await ManagementConductor.register(database)
      await conductor.call('create_node', { node: { uuid, driver: 'fake-hardware' } })
    })

    const row = (changes: NodeChanges) => conductor.row({ uuid, ...changes })
    const create = (port: JsonObject = {}, node_id = uuid) =>
      conductor.call('create_port', { node_id, port: { uuid: portUuid, address, ...port } })
    const operations = (fields: JsonObject) =>
      Object.entries(fields).map(([name, value]) =>
        value === null ? { op: 'remove', path: `/${name}` } : { op: 'add', path: `/${name}`, value },
      )
    const update = (fields: JsonObject, port_id = portUuid) =>
      conductor.call('update_port', { node_id: uuid, port_id, patch: operations(fields) })
    const destroy = (port_id = portUuid) => conductor.call('destroy_port', { node_id: uuid, port_id })
    const port = () => database.management.port(portUuid)
    const group = () => database.management.portgroup(groupUuid)
    const createGroup = (portgroup: JsonObject = {}) =>
      conductor.call('create_portgroup', { node_id: uuid, portgroup: { uuid: groupUuid, ...portgroup } })
    const updateGroup = (fields: JsonObject) =>
      conductor.call('update_portgroup', { node_id: uuid, portgroup_id: groupUuid, patch: operations(fields) })
    const attachVif = async () => {
      await database.reservations.reserve(uuid, conductor.session)
      await database.management.writePort(uuid, conductor.session, portUuid, {
        internal_info: { tenant_vif_port_id: 'vif-1' },
      })
      await database.reservations.release(uuid, conductor.session)
    }

    describe('create_port', () => {
      it('writes the port with its defaults', async () => {
        await create({ extra: { a: 1 }, local_link_connection: { port_id: 'p1', switch_id: '52:54:00:00:00:01' } })
        expect(await port()).toMatchObject({
          address,
          node_uuid: uuid,
          pxe_enabled: true,
          portgroup_uuid: null,
          extra: { a: 1 },
          local_link_connection: { port_id: 'p1' },
        })
        expect(await conductor.node(uuid)).toMatchObject({ reservation: null })
      })

      it('knows each address once in the fleet', async () => {
        await create()
        await conductor.call('create_node', { node: { uuid: other, driver: 'fake-hardware' } })
        await expect(create({ uuid: groupUuid }, other)).rejects.toMatchObject({ code: 'Duplicate' })
        await expect(create({ address: '52:54:00:00:00:09' })).rejects.toMatchObject({ code: 'Duplicate' })
      })

      it('needs its node, free', async () => {
        await expect(create({}, other)).rejects.toMatchObject({ code: 'NodeNotFound' })
        await database.reservations.reserve(uuid, conductor.session)
        await expect(create()).rejects.toMatchObject({ code: 'NodeLocked' })
      })

      it('joins a portgroup of the same node alone, which takes on its physical network', async () => {
        await createGroup()
        await create({ portgroup_uuid: groupUuid, physical_network: 'rack' })
        expect(await port()).toMatchObject({ portgroup_uuid: groupUuid, physical_network: 'rack' })
        expect(await group()).toMatchObject({ physical_network: 'rack' })
        const elsewhere = create({ uuid: other, address: '52:54:00:00:00:09', portgroup_uuid: groupUuid })
        await expect(elsewhere).rejects.toMatchObject({ code: 'Duplicate' })
        await conductor.call('create_node', { node: { uuid: other, driver: 'fake-hardware' } })
        const foreign = create({ uuid: other, address: '52:54:00:00:00:09', portgroup_uuid: groupUuid }, other)
        await expect(foreign).rejects.toMatchObject({ code: 'InvalidParameter' })
      })

      it('does not boot in a portgroup without standalone ports', async () => {
        await createGroup({ standalone_ports_supported: false })
        await expect(create({ portgroup_uuid: groupUuid, pxe_enabled: true })).rejects.toMatchObject({
          code: 'Duplicate',
        })
        await create({ portgroup_uuid: groupUuid, pxe_enabled: false })
      })
    })

    describe('update_port', () => {
      beforeEach(() => create())

      it('applies the patch to the row as it is by then', async () => {
        await update({ extra: { a: 1 }, name: 'eth0', pxe_enabled: false })
        await update({ 'extra/b': 2 })
        expect(await port()).toMatchObject({ extra: { a: 1, b: 2 }, name: 'eth0', pxe_enabled: false })
      })

      it('knows the ports of its node', async () => {
        await expect(update({ name: 'x' }, other)).rejects.toMatchObject({ code: 'PortNotFound' })
      })

      it('keeps the address of a node in use, but for maintenance', async () => {
        await row({ provision_state: 'active' })
        await expect(update({ address: '52:54:00:00:00:09' })).rejects.toMatchObject({ code: 'WrongState' })
        await row({ maintenance: true })
        await update({ address: '52:54:00:00:00:09' })
        expect(await port()).toMatchObject({ address: '52:54:00:00:00:09' })
      })

      it('changes no wiring of an available node', async () => {
        await row({ provision_state: 'available' })
        await expect(update({ pxe_enabled: false })).rejects.toMatchObject({ code: 'WrongState' })
        await update({ name: 'eth0' })
        expect(await port()).toMatchObject({ pxe_enabled: true, name: 'eth0' })
      })

      it('joins and leaves portgroups', async () => {
        await createGroup({ standalone_ports_supported: false })
        await expect(update({ portgroup_uuid: groupUuid })).rejects.toMatchObject({ code: 'Duplicate' })
        await update({ portgroup_uuid: groupUuid, pxe_enabled: false, physical_network: 'rack' })
        expect(await port()).toMatchObject({ portgroup_uuid: groupUuid })
        expect(await group()).toMatchObject({ physical_network: 'rack' })
        await expect(update({ pxe_enabled: true })).rejects.toMatchObject({ code: 'Duplicate' })
        await update({ portgroup_uuid: null, pxe_enabled: true })
        expect(await port()).toMatchObject({ portgroup_uuid: null, pxe_enabled: true })
        await expect(update({ portgroup_uuid: other })).rejects.toMatchObject({ code: 'InvalidParameter' })
      })

      it('takes no address of another port', async () => {
        await create({ uuid: other, address: '52:54:00:00:00:09' })
        await expect(update({ address: '52:54:00:00:00:09' })).rejects.toMatchObject({ code: 'Duplicate' })
      })
    })

    describe('destroy_port', () => {
      it('takes no port that a VIF is attached to, but in maintenance', async () => {
        await create()
        await attachVif()
        await expect(destroy()).rejects.toMatchObject({ code: 'WrongState' })
        await row({ maintenance: true })
        await destroy()
        expect(await port()).toBeUndefined()
        await expect(destroy()).rejects.toMatchObject({ code: 'PortNotFound' })
      })
    })

    it('the boot files of a node that has any follow its ports', async () => {
      await row({ provision_state: 'wait call-back', boot_interface: 'ipxe' })
      conductor.boot.calls.length = 0
      await create()
      await update({ address: '52:54:00:00:00:09' })
      await create({ uuid: other, address: '52:54:00:00:00:0a' })
      await destroy()
      expect(conductor.boot.calls).toEqual([
        'prepare 52:54:00:12:34:56',
        'prepare 52:54:00:00:00:09',
        'prepare 52:54:00:00:00:09 52:54:00:00:00:0a',
        'prepare 52:54:00:00:00:0a',
      ])
    })

    describe('portgroups', () => {
      it('are created with a mode', async () => {
        await createGroup({ name: 'bond0', address, properties: { miimon: 100 } })
        expect(await group()).toMatchObject({
          name: 'bond0',
          address,
          node_uuid: uuid,
          mode: 'active-backup',
          standalone_ports_supported: true,
          properties: { miimon: 100 },
        })
        await expect(createGroup()).rejects.toMatchObject({ code: 'Duplicate' })
      })

      it('are patched', async () => {
        await createGroup()
        await updateGroup({ mode: '802.3ad', 'extra/a': 1 })
        expect(await group()).toMatchObject({ mode: '802.3ad', extra: { a: 1 } })
        await expect(updateGroup({ mode: null })).rejects.toMatchObject({ code: 'PatchFailed' })
        const missing = conductor.call('update_portgroup', { node_id: uuid, portgroup_id: other, patch: [] })
        await expect(missing).rejects.toMatchObject({ code: 'NotFound' })
      })

      it('ask their ports whether they could do without standing alone', async () => {
        await createGroup()
        await create({ portgroup_uuid: groupUuid })
        await expect(updateGroup({ standalone_ports_supported: false })).rejects.toMatchObject({ code: 'Duplicate' })
        await update({ pxe_enabled: false })
        await updateGroup({ standalone_ports_supported: false })
        expect(await group()).toMatchObject({ standalone_ports_supported: false })
      })

      it('take their ports with them to another physical network', async () => {
        await createGroup()
        await create({ portgroup_uuid: groupUuid, physical_network: 'a' })
        await updateGroup({ physical_network: 'b' })
        expect(await port()).toMatchObject({ physical_network: 'b' })
      })

      it('are deleted once they have no ports', async () => {
        const destroyGroup = () => conductor.call('destroy_portgroup', { node_id: uuid, portgroup_id: groupUuid })
        await createGroup()
        await create({ portgroup_uuid: groupUuid })
        await expect(destroyGroup()).rejects.toMatchObject({ code: 'InvalidParameter' })
        await destroy()
        await destroyGroup()
        expect(await group()).toBeUndefined()
        await expect(destroyGroup()).rejects.toMatchObject({ code: 'NotFound' })
      })
    })

    describe('VIFs', () => {
      it('come and go by the network interface', async () => {
        await create()
        await conductor.call('vif_attach', { node_id: uuid, vif_info: { id: 'vif-1' } })
        expect(await conductor.call('vif_list', { node_id: uuid })).toEqual({ vifs: [] })
        await conductor.call('vif_detach', { node_id: uuid, vif_id: 'vif-1' })
        expect(await conductor.node(uuid)).toMatchObject({ reservation: null })
      })

      it.each<JsonObject>([{}, { id: '' }, { id: 'v', port_uuid: portUuid, portgroup_uuid: groupUuid }])(
        'are not attached as %j',
        async (vif_info) => {
          const attaching = conductor.call('vif_attach', { node_id: uuid, vif_info })
          await expect(attaching).rejects.toMatchObject({ code: 'InvalidParameter' })
        },
      )

      it('are listed of a node that somebody holds', async () => {
        await database.reservations.reserve(uuid, conductor.session)
        expect(await conductor.call('vif_list', { node_id: uuid })).toEqual({ vifs: [] })
        const attaching = conductor.call('vif_attach', { node_id: uuid, vif_info: { id: 'v' } })
        await expect(attaching).rejects.toMatchObject({ code: 'NodeLocked' })
      })
    })
  },
  ['sqlite'],
)
