import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootringControlPlane } from '../../lab/bootring-control-plane.ts'
import type { ControlPlane } from '../../lab/clients/control-plane.ts'
import { missingForClients } from '../../lab/clients/missing-for-clients.ts'
import { clientEnvironment, OpenstackShell } from '../../lab/clients/openstack-shell.ts'
import { describeWith } from '../../support/describe-with.ts'

/*
 * Everything of `openstack baremetal` besides the states of nodes: conductors, drivers, ports, lists, …
 * Every expectation but those that say so was seen to hold for a real Ironic 39.0 as well: put `startIronicControlPlane`
 * (test/lab/clients/ironic-control-plane.ts) in place of `startBootringControlPlane` to see it again.
 */
const start = startBootringControlPlane

const nobody = '00000000-0000-4000-8000-000000000000'
const vif = '0b1c7b8e-0a0e-4c6c-9b1e-5cbf2d1f0001'
const mac = (last: number) => `52:54:00:aa:01:0${last}`

describeWith(missingForClients(), 'openstack baremetal: resources', () => {
  let plane: ControlPlane
  let shell: OpenstackShell
  /** By name. */
  const uuids: Record<string, string> = {}

  beforeAll(async () => {
    plane = await start()
    shell = new OpenstackShell(clientEnvironment(plane.endpoint))
  })
  afterAll(async () => {
    await shell?.close()
    await plane?.stop()
  })

  it('shows conductors and drivers', async () => {
    expect(await shell.json('conductor', 'list')).toMatchObject([{ Hostname: plane.conductor, 'Conductor Group': '' }])
    expect(await shell.json('conductor', 'show', plane.conductor)).toMatchObject({
      hostname: plane.conductor,
      conductor_group: '',
      drivers: ['fake-hardware', 'manual-management'],
    })
    expect(await shell.json('driver', 'list')).toEqual([
      { 'Supported driver(s)': 'fake-hardware', 'Active host(s)': plane.conductor },
      { 'Supported driver(s)': 'manual-management', 'Active host(s)': plane.conductor },
    ])
    const driver = await shell.json<Record<string, string>>('driver', 'show', 'fake-hardware')
    expect(driver).toMatchObject({
      name: 'fake-hardware',
      type: 'dynamic',
      hosts: plane.conductor,
      default_boot_interface: 'ipxe',
      default_deploy_interface: 'fake',
      default_power_interface: 'fake',
    })
    expect(driver.enabled_deploy_interfaces?.split(', ').sort()).toEqual(['direct', 'fake', 'ramdisk'])
    const properties = await shell.json<{ Property: string; Description: string }[]>(
      'driver',
      'property',
      'list',
      'fake-hardware',
    )
    const described = new Map(properties.map(({ Property, Description }) => [Property, Description]))
    for (const property of ['deploy_kernel', 'deploy_ramdisk', 'kernel_append_params', 'rescue_kernel'])
      expect(described.get(property), property).toMatch(/\w/)
    expect(await shell.refused('driver', 'show', 'nosuch')).toMatch(/nosuch.*\(HTTP 404\)/s)
    expect(await shell.refused('conductor', 'show', 'nosuch')).toMatch(/nosuch.*\(HTTP 404\)/s)
  })

  it('creates nodes, and says what is wrong with those that cannot be', async () => {
    const fake = ['--driver', 'fake-hardware', '--deploy-interface', 'fake', '--boot-interface', 'fake']
    for (const name of ['alpha', 'gamma', 'beta']) {
      const created = await shell.json<{ uuid: string }>('node', 'create', '--name', name, ...fake)
      uuids[name] = created.uuid
    }
    await shell.json('node', 'create', '--name', 'delta', '--driver', 'manual-management', '--resource-class', 'gold')
    expect(await shell.refused('node', 'create', '--driver', 'nosuch')).toMatch(/nosuch.*\(HTTP 400\)/s)
    expect(await shell.refused('node', 'show', 'nosuch')).toMatch(/^Node nosuch could not be found\. \(HTTP 404\)/)
    expect(await shell.refused('node', 'create', '--driver', 'fake-hardware', '--deploy-interface', 'nosuch')).toMatch(
      /nosuch.*\(HTTP 400\)/s,
    )
    expect(await shell.refused('node', 'create', '--driver', 'fake-hardware', '--name', 'not a name')).toMatch(
      /\(HTTP 400\)/,
    )
    // The client asks six times before it believes a 409.
    expect(await shell.refused('node', 'create', '--driver', 'fake-hardware', '--name', 'alpha')).toMatch(
      /node with name alpha already exists.*\(HTTP 409\)/,
    )
  })

  it('creates ports and port groups, changes and lists them', async () => {
    const { alpha = '' } = uuids
    const group = await shell.json<{ uuid: string }>(
      ...['port', 'group', 'create', '--node', alpha, '--name', 'bond0', '--mode', 'active-backup'],
      ...['--address', mac(9)],
    )
    expect(group).toMatchObject({ name: 'bond0', address: mac(9), node_uuid: alpha, mode: 'active-backup' })
    const link = ['--local-link-connection', 'switch_id=0a:1b:2c:3d:4e:5f', '--local-link-connection', 'port_id=Eth1']
    const port = await shell.json<{ uuid: string }>(
      ...['port', 'create', mac(1).toUpperCase(), '--node', alpha, '--pxe-enabled', 'true', '--extra', 'a=b', ...link],
    )
    expect(port).toMatchObject({
      address: mac(1),
      node_uuid: alpha,
      portgroup_uuid: null,
      pxe_enabled: true,
      extra: { a: 'b' },
      local_link_connection: { switch_id: '0a:1b:2c:3d:4e:5f', port_id: 'Eth1' },
    })
    const second = await shell.json<{ uuid: string }>(
      ...['port', 'create', mac(2), '--node', alpha, '--pxe-enabled', 'false', '--port-group', group.uuid],
    )
    expect(second).toMatchObject({ address: mac(2), portgroup_uuid: group.uuid, pxe_enabled: false })

    const listed = await shell.json('port', 'list', '--node', 'alpha')
    expect(listed).toEqual([
      { UUID: port.uuid, Address: mac(1) },
      { UUID: second.uuid, Address: mac(2) },
    ])
    expect(await shell.json('port', 'list', '--address', mac(2))).toEqual([{ UUID: second.uuid, Address: mac(2) }])
    expect(await shell.json('port', 'list', '--port-group', 'bond0', '--fields', 'uuid')).toEqual([
      { UUID: second.uuid },
    ])
    await shell.do('port', 'set', second.uuid, '--extra', 'c=d', '--physical-network', 'lan')
    expect(await shell.json('port', 'show', second.uuid)).toMatchObject({ extra: { c: 'd' }, physical_network: 'lan' })
    await shell.do('port', 'unset', second.uuid, '--extra', 'c')
    expect(await shell.json('port', 'show', '--address', mac(2), '--fields', 'extra')).toEqual({ extra: {} })

    await shell.do('port', 'group', 'set', 'bond0', '--mode', '802.3ad')
    expect(await shell.json('port', 'group', 'show', 'bond0')).toMatchObject({ uuid: group.uuid, mode: '802.3ad' })
    expect(await shell.json('port', 'group', 'list', '--node', 'alpha')).toEqual([
      { UUID: group.uuid, Address: mac(9), Name: 'bond0' },
    ])
    expect(await shell.do('port', 'delete', second.uuid)).toBe(`Deleted port ${second.uuid}\n`)
    expect(await shell.do('port', 'group', 'delete', 'bond0')).toBe('Deleted port group bond0\n')
    expect(await shell.json('port', 'group', 'list')).toEqual([])

    expect(await shell.refused('port', 'create', mac(3), '--node', nobody)).toMatch(
      new RegExp(`Node ${nobody} could not be found\\. \\(HTTP 400\\)`),
    )
    expect(await shell.refused('port', 'create', 'not-a-mac', '--node', alpha)).toMatch(/\(HTTP 400\)/)
    expect(await shell.refused('port', 'show', second.uuid)).toMatch(/could not be found.*\(HTTP 404\)/s)
  })

  it('puts into maintenance and back', async () => {
    await shell.do('node', 'maintenance', 'set', 'alpha', '--reason', 'a broken fan')
    expect(await shell.show('alpha', 'maintenance', 'maintenance_reason')).toMatchObject({
      maintenance: true,
      maintenance_reason: 'a broken fan',
    })
    expect(await shell.names('--maintenance')).toEqual(['alpha'])
    expect(await shell.refused('node', 'deploy', 'alpha')).toMatch(/maintenance/)
    await shell.do('node', 'maintenance', 'unset', 'alpha')
    expect(await shell.show('alpha', 'maintenance', 'maintenance_reason')).toMatchObject({
      maintenance: false,
      maintenance_reason: null,
    })
  })

  it('keeps traits', async () => {
    expect(await shell.do('node', 'add', 'trait', 'alpha', 'CUSTOM_ONE', 'HW_CPU_X86_VMX')).toBe(
      'Added trait CUSTOM_ONE\nAdded trait HW_CPU_X86_VMX\n',
    )
    expect(await shell.refused('node', 'add', 'trait', 'alpha', 'lowercase')).toMatch(
      /Failed to add trait lowercase.*\(HTTP 400\)/s,
    )
    const traits = () => shell.json<{ Traits: string }[]>('node', 'trait', 'list', 'alpha')
    expect(await traits()).toEqual([{ Traits: 'CUSTOM_ONE' }, { Traits: 'HW_CPU_X86_VMX' }])
    expect(await shell.do('node', 'remove', 'trait', 'alpha', 'CUSTOM_ONE')).toBe('Removed trait CUSTOM_ONE\n')
    expect(await shell.refused('node', 'remove', 'trait', 'alpha', 'CUSTOM_ONE')).toMatch(/CUSTOM_ONE.*\(HTTP 404\)/s)
    await shell.do('node', 'remove', 'trait', 'alpha', '--all')
    expect(await traits()).toEqual([])
  })

  it('takes VIFs, with which the noop network does nothing', async () => {
    await shell.do('node', 'vif', 'attach', 'alpha', vif)
    expect(await shell.json('node', 'vif', 'list', 'alpha')).toEqual([])
    await shell.do('node', 'vif', 'detach', 'alpha', vif)
  })

  it('sets and unsets fields, and renames', async () => {
    await shell.do('node', 'set', 'beta', '--property', 'a=b', '--extra', 'c=d', '--name', 'omega')
    expect(await shell.show('omega', 'properties', 'extra', 'name')).toMatchObject({
      name: 'omega',
      properties: { a: 'b' },
      extra: { c: 'd' },
    })
    expect(await shell.refused('node', 'show', 'beta')).toMatch(/\(HTTP 404\)/)
    await shell.do('node', 'unset', 'omega', '--property', 'a')
    expect((await shell.show('omega', 'properties')).properties).toEqual({})
    expect(await shell.refused('node', 'unset', 'omega', '--extra', 'nope')).toMatch(/\/extra\/nope.*\(HTTP 400\)/s)
    expect(await shell.refused('node', 'set', 'omega', '--power-interface', 'nosuch')).toMatch(/nosuch.*\(HTTP 400\)/s)
  })

  it('lists, filters, sorts and pages', async () => {
    // The client itself sorts what it is given.
    expect(await shell.names('--sort', 'name')).toEqual(['alpha', 'delta', 'gamma', 'omega'])
    expect(await shell.names('--sort', 'name:desc')).toEqual(['omega', 'gamma', 'delta', 'alpha'])
    expect(await shell.names('--provision-state', 'enroll', '--sort', 'name')).toHaveLength(4)
    expect(await shell.names('--provision-state', 'active')).toEqual([])
    expect(await shell.names('--resource-class', 'gold')).toEqual(['delta'])
    expect(await shell.names('--driver', 'manual-management')).toEqual(['delta'])
    expect(await shell.names('--associated')).toEqual([])
    expect(await shell.names('--limit', '2')).toEqual(['alpha', 'gamma'])
    expect(await shell.names('--marker', uuids.gamma ?? '')).toEqual(['omega', 'delta'])
    expect(await shell.refused('node', 'list', '--marker', nobody)).toMatch(/\(HTTP 40[04]\)/)
    expect(await shell.json('node', 'list', '--fields', 'name', 'resource_class', '--resource-class', 'gold')).toEqual([
      { Name: 'delta', 'Resource Class': 'gold' },
    ])
    const [long] = await shell.json<Record<string, unknown>[]>('node', 'list', '--long', '--resource-class', 'gold')
    expect(long).toMatchObject({
      Driver: 'manual-management',
      'Resource Class': 'gold',
      'Provisioning State': 'enroll',
    })
  })

  // Ironic has them.
  it('is refused what bootring has not, in words', async () => {
    expect(await shell.refused('allocation', 'list')).toMatch(/\w.*\(HTTP (404|501)\)/)
    expect(await shell.refused('node', 'console', 'enable', 'delta')).toMatch(/\w.*\(HTTP \d+\)/)
  })
})
