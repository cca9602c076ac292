import { beforeEach, expect, it } from 'vitest'
import type { ConductorSession } from '../../../src/model/conductor.ts'
import type { ManagementReader, ManagementWriter } from '../../../src/model/management-stores.ts'
import type { NodeChanges } from '../../../src/model/records.ts'
import type { Database } from '../../../src/model/stores.ts'
import { eachDatabase } from '../../support/databases.ts'
import { statementsOf } from '../../support/driver-statements.ts'
import { fleetNode, mac } from '../../support/fleet-node.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const node = uuid(1)
const other = uuid(2)
const page = { limit: 100, sortKey: 'id', descending: false }
const time = new Date('2026-01-02T03:04:05Z')

/** A value for each column that a conductor may write. */
const everything: Required<NodeChanges> = {
  name: 'x.example',
  driver: 'manual-management',
  driver_info: { 'a"b\\': ['é\u0000', null, { deep: 1.5 }] },
  driver_internal_info: { agent_secret_token: 't' },
  instance_info: { image_source: 'file:///x' },
  properties: { cpu_arch: 'x86_64' },
  extra: { words: '日本語 🚀' },
  instance_uuid: uuid(77),
  resource_class: 'baremetal',
  conductor_group: 'rack-1',
  power_state: 'power on',
  target_power_state: 'rebooting',
  provision_state: 'wait call-back',
  target_provision_state: 'active',
  provision_updated_at: time,
  last_error: 'it broke',
  clean_step: { step: 'c' },
  deploy_step: { step: 'd' },
  service_step: { step: 's' },
  raid_config: { r: 1 },
  target_raid_config: { r: 2 },
  maintenance: true,
  maintenance_reason: 'why',
  fault: 'power failure',
  console_enabled: true,
  inspection_started_at: time,
  inspection_finished_at: time,
  automated_clean: false,
  protected: true,
  protected_reason: 'why',
  retired: true,
  retired_reason: 'why',
  owner: 'o',
  lessee: 'l',
  description: 'd'.repeat(4096),
  network_data: { links: [] },
  boot_mode: 'uefi',
  secure_boot: true,
  shard: 's',
  parent_node: uuid(5),
  disable_power_off: true,
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
}

eachDatabase((engine) => {
  let url: string
  let database: Database
  let management: ManagementReader & ManagementWriter
  let session: ConductorSession
  let foreign: ConductorSession

  beforeEach(async () => {
    url = await engine.emptyUrl()
    database = await engine.open(url)
    await database.upgrade()
    management = database.management
    session = await database.conductors.register('cond-1', '', [])
    foreign = await database.conductors.register('cond-2', '', [])
    for (const [number, name] of [node, other].entries()) {
      await management.createNode({ uuid: name, driver: 'fake-hardware', name: `n${number + 1}` }, session)
      await database.reservations.reserve(name, session)
    }
  })

  async function idOf(nodeUuid: string): Promise<number> {
    return (await management.node(nodeUuid))?.id ?? 0
  }

  /** All that stands in the tables. */
  async function everyRow(): Promise<unknown> {
    await using raw = await rawConnection(url)
    const tables = ['nodes', 'ports', 'portgroups', 'node_traits', 'node_history', 'node_inventory'] as const
    return await Promise.all(tables.map((table) => raw.db.selectFrom(table).selectAll().execute()))
  }

  async function fill(nodeUuid: string, number: number): Promise<void> {
    await management.createPortgroup(nodeUuid, session, {
      uuid: uuid(10 + number),
      name: `g${number}`,
      address: mac(number),
    })
    await management.createPort(nodeUuid, session, {
      uuid: uuid(20 + number),
      address: mac(number),
      name: `p${number}`,
    })
    await management.setTraits(nodeUuid, session, ['CUSTOM_B', 'CUSTOM_A', 'CUSTOM_B'])
    await management.setInventory(nodeUuid, session, { inventory_data: { cpu: number }, plugin_data: {} })
    const entry = { event: `e${number}`, event_type: 'transition', severity: 'INFO', user: null } as const
    await management.writeNode(nodeUuid, session, { history: [entry] })
  }

  it('a node begins with what its columns say', async () => {
    await management.createNode({ uuid: uuid(3), driver: 'fake-hardware' }, session)
    const created = await management.node(uuid(3))
    const none = { instance_uuid: null, power_state: null, reservation: null, updated_at: null, secure_boot: null }
    const no = {
      maintenance: false,
      console_enabled: false,
      protected: false,
      retired: false,
      disable_power_off: false,
    }
    expect(created).toMatchObject({ name: null, driver: 'fake-hardware', conductor_group: '', ...none, ...no })
    expect(created).toMatchObject({
      provision_state: 'enroll',
      driver_info: {},
      service_step: {},
      automated_clean: null,
    })
    expect(Math.abs(Number(created?.created_at) - Date.now())).toBeLessThan(3_600_000)
  })

  it('keeps each column as it was given, at creation and later', async () => {
    await management.createNode({ uuid: uuid(3), ...everything }, session)
    const created = await management.node(uuid(3))
    expect(created).toMatchObject(everything)
    await database.reservations.reserve(uuid(3), session)
    await management.destroyNode(uuid(3), session)
    const written = await management.writeNode(node, session, { changes: everything })
    expect(written).toMatchObject({ ...everything, uuid: node, reservation: 'cond-1' })
    expect(await management.node('x.example')).toEqual(written)
    expect(written.updated_at).not.toBeNull()
    const nothing = {
      name: null,
      secure_boot: null,
      automated_clean: null,
      inspection_started_at: null,
      driver_info: {},
    }
    const cleared = await management.writeNode(node, session, { changes: nothing })
    expect(cleared).toEqual({ ...written, ...nothing, updated_at: cleared.updated_at })
  })

  it('creates a node in one statement, and a port in one transaction', async () => {
    const ofNode = await statementsOf(() => management.createNode({ uuid: uuid(3), ...everything }, session))
    expect(ofNode).toHaveLength(1)
    const ofPort = await statementsOf(() =>
      management.createPort(node, session, { uuid: uuid(30), address: mac(30), name: 'p30' }),
    )
    // Begin, hold the node, insert, commit; MariaDB is told the isolation apart.
    expect(ofPort).toHaveLength(engine.name === 'mariadb' ? 5 : 4)
  })

  it('writes nothing but what a conductor may write', async () => {
    const before = await management.node(node)
    const sly = {
      id: 4711,
      uuid: uuid(9),
      reservation: 'x',
      conductor_affinity: 3,
      created_at: time,
      nope: 1,
      owner: 'o',
    }
    const after = await management.writeNode(node, session, { changes: sly as NodeChanges })
    expect(after).toEqual({ ...before, owner: 'o', updated_at: after.updated_at })
  })

  it('leaves a state, its history, its conductor and the end of its reservation in one go', async () => {
    const entry = { event_type: 'transition', severity: 'INFO', user: null } as const
    const history = [
      { ...entry, event: 'first' },
      { ...entry, event: 'second', severity: 'ERROR', user: 'admin' } as const,
    ]
    const changes = { provision_state: 'active', target_provision_state: null }
    const write = { changes, provisioned: true, history, release: true, conductor_affinity: session.conductorId }
    const after = await management.writeNode(node, session, write)
    expect(after).toMatchObject({ ...changes, reservation: null, conductor_affinity: session.conductorId })
    expect(Math.abs(Number(after.provision_updated_at) - Date.now())).toBeLessThan(3_600_000)
    const entries = await management.history(after.id, { limit: 10 })
    expect(entries).toMatchObject([
      { event: 'second', severity: 'ERROR', conductor: 'cond-1', node_id: after.id, user: 'admin' },
      { event: 'first', severity: 'INFO', event_type: 'transition', user: null },
    ])
    const [second, first] = entries
    expect(await management.history(after.id, { limit: 1, marker: second?.uuid })).toEqual([first])
    expect(await management.history(after.id, { limit: 1, marker: first?.uuid })).toEqual([])
    expect(await management.historyEntry(after.id, first?.uuid ?? '')).toEqual(first)
    expect(await management.historyEntry(await idOf(other), first?.uuid ?? '')).toBeUndefined()
    await expect(management.writeNode(node, session, { release: true })).rejects.toMatchObject({ code: 'NodeLocked' })
  })

  it('leaves nothing at all where a part of it can not be written', async () => {
    const before = await everyRow()
    const entry = { event: 'e', event_type: 'transition', severity: 'INFO', user: null } as const
    const write = { changes: { name: 'n2', owner: 'o' }, history: [entry], release: true }
    await expect(management.writeNode(node, session, write)).rejects.toMatchObject({ code: 'Duplicate' })
    expect(await everyRow()).toEqual(before)
  })

  it('tells what went wrong however long and strange it is', async () => {
    const event = `\u0000${'日'.repeat(100_000)}`
    const history = [{ event, event_type: 'x', severity: 'ERROR', user: null } as const]
    const after = await management.writeNode(node, session, { changes: { last_error: event }, history })
    expect(after.last_error).toMatch(/^日{10000}/)
    expect((await management.history(after.id, { limit: 1 }))[0]?.event).toBe(after.last_error)
  })

  it('ports, portgroups, traits and inventory', async () => {
    await fill(node, 1)
    const id = await idOf(node)
    const [portgroup] = await management.portgroups({}, page)
    expect(portgroup).toMatchObject({ uuid: uuid(11), node_uuid: node, name: 'g1', mode: null, extra: {} })
    expect(portgroup).toMatchObject({ address: mac(1), standalone_ports_supported: true, updated_at: null })
    const port = await management.port('p1')
    expect(port).toMatchObject({
      uuid: uuid(21),
      node_id: id,
      pxe_enabled: true,
      is_smartnic: false,
      internal_info: {},
    })
    const changes = {
      portgroup_id: portgroup?.id ?? null,
      address: mac(99),
      name: null,
      pxe_enabled: false,
      is_smartnic: true,
      local_link_connection: { switch_id: 's' },
      physical_network: 'net',
      extra: { vif_port_id: 'v' },
      internal_info: { tenant_vif_port_id: 'v' },
    }
    await management.writePort(node, session, uuid(21), changes)
    const written = await management.port(uuid(21))
    expect(written).toMatchObject({ ...changes, portgroup_uuid: uuid(11), node_uuid: node })
    expect(written?.updated_at).not.toBeNull()
    const others = {
      address: null,
      name: 'g',
      mode: '802.3ad',
      properties: { a: 1 },
      standalone_ports_supported: false,
    }
    await management.writePortgroup(node, session, uuid(11), others)
    expect(await management.portgroup('g')).toMatchObject({ ...others, uuid: uuid(11) })
    await expect(management.destroyPortgroup(node, session, uuid(11))).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(uuid(21)),
    })
    await management.destroyPort(node, session, uuid(21))
    await management.destroyPortgroup(node, session, uuid(11))
    expect([await management.port(uuid(21)), await management.portgroup(uuid(11))]).toEqual([undefined, undefined])
    expect(await management.traits([id, 4711])).toEqual(new Map([[id, ['CUSTOM_A', 'CUSTOM_B']]]))
    await management.setTraits(node, session, [])
    expect(await management.traits([id])).toEqual(new Map())
    await management.setInventory(node, session, { inventory_data: {}, plugin_data: { new: true } })
    expect(await management.inventory(id)).toEqual({ inventory_data: {}, plugin_data: { new: true } })
    expect(await management.inventory(await idOf(other))).toBeUndefined()
  })

  it('nobody writes but the session that has the node, and who has it is told', async () => {
    await fill(node, 1)
    await fill(other, 2)
    const before = await everyRow()
    const entry = { event: 'e', event_type: 'transition', severity: 'INFO', user: null } as const
    const writes: ((nodeUuid: string, by: ConductorSession) => Promise<unknown>)[] = [
      (one, by) => management.writeNode(one, by, { changes: { owner: 'o' }, history: [entry], release: true }),
      (one, by) => management.writeNode(one, by, {}),
      (one, by) => management.destroyNode(one, by),
      (one, by) => management.createPort(one, by, { uuid: uuid(31), address: mac(31) }),
      (one, by) => management.writePort(one, by, uuid(21), { name: 'x' }),
      (one, by) => management.destroyPort(one, by, uuid(21)),
      (one, by) => management.createPortgroup(one, by, { uuid: uuid(32) }),
      (one, by) => management.writePortgroup(one, by, uuid(11), { name: 'x' }),
      (one, by) => management.destroyPortgroup(one, by, uuid(11)),
      (one, by) => management.setTraits(one, by, ['CUSTOM_C']),
      (one, by) => management.setInventory(one, by, { inventory_data: {}, plugin_data: {} }),
    ]
    const locked = { code: 'NodeLocked', message: expect.stringContaining('conductor cond-1') }
    for (const write of writes) {
      await expect(write(node, foreign)).rejects.toMatchObject(locked)
      await expect(write(uuid(9), session)).rejects.toMatchObject({ code: 'NodeNotFound' })
    }
    // What belongs to another node is not reached through one's own.
    for (const write of writes.slice(4, 6)) {
      await expect(write(other, session)).rejects.toMatchObject({ code: 'PortNotFound' })
    }
    for (const write of writes.slice(7, 9))
      await expect(write(other, session)).rejects.toMatchObject({ code: 'NotFound' })
    expect(await everyRow()).toEqual(before)

    // Another process bears the name now, and has the node: the old one's hostname is right, its session is not.
    const successor = await database.conductors.register('cond-1', '', [])
    await database.reservations.reserve(node, successor)
    const taken = await everyRow()
    const replaced = { code: 'ConductorReplaced' }
    for (const write of writes) await expect(write(node, session)).rejects.toMatchObject(replaced)
    await expect(management.createNode({ uuid: uuid(9), driver: 'd' }, session)).rejects.toMatchObject(replaced)
    expect(await everyRow()).toEqual(taken)
    await database.reservations.release(node, successor)
    for (const write of writes) {
      await expect(write(node, successor)).rejects.toMatchObject({
        code: 'NodeLocked',
        message: expect.stringContaining('nobody'),
      })
    }
  })

  it('says which value another row has, and whose it is', async () => {
    await management.writeNode(node, session, { changes: { instance_uuid: uuid(77) } })
    await fill(node, 1)
    await fill(other, 2)
    const duplicate = (message: string) => ({ code: 'Duplicate', message })
    const expectDuplicate = (write: Promise<unknown>, message: string) =>
      expect(write).rejects.toMatchObject(duplicate(message))
    const driver = 'd'
    await expectDuplicate(
      management.createNode({ uuid: node, driver, name: 'n2' }, session),
      `a node with uuid ${node} already exists`,
    )
    await expectDuplicate(
      management.createNode({ uuid: uuid(3), driver, name: 'n2' }, session),
      `a node with name n2 already exists: ${other}`,
    )
    await expectDuplicate(
      management.writeNode(other, session, { changes: { name: 'n3', instance_uuid: uuid(77) } }),
      `a node with instance_uuid ${uuid(77)} already exists: ${node}`,
    )
    await expectDuplicate(
      management.createPort(node, session, { uuid: uuid(3), address: mac(2) }),
      `a port with address ${mac(2)} already exists: ${uuid(22)}`,
    )
    await expectDuplicate(
      management.createPort(node, session, { uuid: uuid(21), address: mac(3) }),
      `a port with uuid ${uuid(21)} already exists`,
    )
    await expectDuplicate(
      management.writePort(node, session, uuid(21), { name: 'p2' }),
      `a port with name p2 already exists: ${uuid(22)}`,
    )
    await expectDuplicate(
      management.createPortgroup(node, session, { uuid: uuid(3), address: mac(2) }),
      `a portgroup with address ${mac(2)} already exists: ${uuid(12)}`,
    )
    await expectDuplicate(
      management.writePortgroup(node, session, uuid(11), { name: 'g2' }),
      `a portgroup with name g2 already exists: ${uuid(12)}`,
    )
    // One's own values are nobody else's.
    await management.writeNode(node, session, { changes: { name: 'n1', instance_uuid: uuid(77) } })
    await management.writePort(node, session, uuid(21), { name: 'p1', address: mac(1) })
  })

  it('of many that want a name, an instance or a MAC at the same moment, one gets it', async () => {
    const second = (await engine.open(url)).management
    const outcomes = async (wants: (number: number) => Promise<unknown>) => {
      const all = await Promise.allSettled(Array.from({ length: 8 }, (_, number) => wants(number)))
      return all.map((one) => (one.status === 'fulfilled' ? 'got it' : (one.reason as { code: string }).code)).sort()
    }
    const one = [...Array(7).fill('Duplicate'), 'got it']
    const store = (number: number) => (number % 2 === 0 ? management : second)
    const create = (number: number) =>
      store(number).createNode({ uuid: uuid(100 + number), driver: 'd', name: 'wanted' }, session)
    expect(await outcomes(create)).toEqual(one)
    const port = (number: number) =>
      store(number).createPort(number % 2 === 0 ? node : other, session, { uuid: uuid(200 + number), address: mac(5) })
    expect(await outcomes(port)).toEqual(one)
    expect(await management.ports({}, page)).toHaveLength(1)
    const claim = (number: number) => {
      const changes = { instance_uuid: uuid(78) }
      return store(number).writeNode(number % 2 === 0 ? node : other, session, { changes })
    }
    expect((await outcomes(claim)).filter((outcome) => outcome === 'got it')).toHaveLength(4)
    expect(await management.nodes({ associated: true }, page)).toHaveLength(1)
  })

  it('a value that no column can hold is said to be the reason', async () => {
    if (engine.name === 'sqlite') return expect(await management.node('n\u0000')).toBeUndefined()
    const tooLong = management.writeNode(node, session, { changes: { owner: 'x'.repeat(256) } })
    await expect(tooLong).rejects.toMatchObject({ code: 'InvalidParameter' })
    const read = management.node('n\u0000').catch((error: unknown) => error)
    expect([undefined, 'InvalidParameter']).toContain(((await read) as { code?: string } | undefined)?.code)
  })

  it('a node goes with all that belongs to it, and nothing else does', async () => {
    await fill(node, 1)
    await fill(other, 2)
    await management.destroyNode(node, session)
    expect(await management.node(node)).toBeUndefined()
    await using raw = await rawConnection(url)
    const id = await idOf(other)
    for (const table of ['ports', 'portgroups', 'node_history', 'node_inventory', 'node_traits'] as const) {
      const rows = await raw.db.selectFrom(table).select('node_id').distinct().execute()
      expect(rows).toEqual([{ node_id: id }])
    }
  })

  it('a fleet of which a node with all of this is no part any more', async () => {
    await fill(node, 1)
    await fill(other, 2)
    const portgroup = await management.portgroup('g1')
    await management.writePort(node, session, uuid(21), { portgroup_id: portgroup?.id ?? null })
    // As the release before does it too: it knows nothing of traits, history, inventory and portgroups.
    const fleet = [fleetNode({ uuid: other, name: 'n2', ports: [{ address: mac(1), pxeEnabled: true }] })]
    await database.fleet.apply(fleet, { prune: true, dryRun: false })
    expect(await management.node(node)).toBeUndefined()
    expect(await management.portgroups({}, page)).toMatchObject([{ uuid: uuid(12) }])
    expect(await management.ports({}, page)).toMatchObject([{ address: mac(1), node_uuid: other, portgroup_id: null }])
  })

  it('keeps the newest of each history', async () => {
    const entry = { event_type: 'transition', severity: 'INFO', user: null } as const
    const entries = Array.from({ length: 7 }, (_, number) => ({ ...entry, event: `e${number}` }))
    await management.writeNode(node, session, { history: entries })
    await management.writeNode(other, session, { history: entries.slice(0, 3) })
    const events = async (nodeUuid: string) =>
      (await management.history(await idOf(nodeUuid), { limit: 10 })).map((one) => one.event)
    expect(await management.pruneHistory(7)).toBe(0)
    expect(await management.pruneHistory(5)).toBe(2)
    expect(await events(node)).toEqual(['e6', 'e5', 'e4', 'e3', 'e2'])
    expect(await management.pruneHistory(2)).toBe(4)
    expect([await events(node), await events(other)]).toEqual([
      ['e6', 'e5'],
      ['e2', 'e1'],
    ])
    expect(await management.pruneHistory(0)).toBe(4)
  })

  it('what living conductors offer', async () => {
    const offer = { hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true }
    const another = { ...offer, interfaceName: 'pxe', isDefault: false }
    await database.conductors.register('cond-3', '', [offer, another])
    const dead = await database.conductors.register('cond-4', '', [offer])
    const offers = async () =>
      (await management.offers(60)).map(({ hostname, interfaceName }) => [hostname, interfaceName])
    expect(await management.offers(60)).toContainEqual({ ...another, hostname: 'cond-3' })
    expect(await offers()).toEqual([
      ['cond-3', 'ipxe'],
      ['cond-3', 'pxe'],
      ['cond-4', 'ipxe'],
    ])
    await using raw = await rawConnection(url)
    const silent = raw.db.updateTable('conductors').set({ updated_at: raw.dialect.secondsAgo(100) })
    await silent.where('hostname', '=', 'cond-3').execute()
    await database.conductors.unregister(dead)
    expect(await offers()).toEqual([])
  })
})
