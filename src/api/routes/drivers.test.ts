import { expect, it } from 'vitest'
import { startRestServer } from '../../../test/support/rest-server.ts'
import type { Conductor } from '../../model/conductor.ts'

const offer = (
  hostname: string,
  hardwareType: string,
  interfaceType: string,
  interfaceName: string,
  isDefault = false,
) => ({
  hostname,
  hardwareType,
  interfaceType,
  interfaceName,
  isDefault,
})

async function serve() {
  const server = await startRestServer({ get_driver_properties: () => ({ properties: { fake_delay: 'How long.' } }) })
  server.reader.allOffers.push(
    offer('two', 'fake-hardware', 'boot', 'pxe'),
    offer('one', 'fake-hardware', 'boot', 'ipxe', true),
    offer('one', 'fake-hardware', 'firmware', 'no-firmware', true),
    offer('one', 'manual-management', 'boot', 'ipxe', true),
  )
  return server
}

it('lists what conductors offer', async () => {
  const { address, ask } = await serve()
  const root = `http://127.0.0.1:${address.port}`
  expect((await ask('GET', '/v1/drivers')).body).toEqual({
    drivers: [
      { name: 'fake-hardware', hosts: ['one', 'two'] },
      { name: 'manual-management', hosts: ['one'] },
    ].map(({ hosts, name }) => ({
      name,
      hosts,
      type: 'dynamic',
      links: [
        { href: `${root}/v1/drivers/${name}`, rel: 'self' },
        { href: `${root}/drivers/${name}`, rel: 'bookmark' },
      ],
      properties: [
        { href: `${root}/v1/drivers/${name}/properties`, rel: 'self' },
        { href: `${root}/drivers/${name}/properties`, rel: 'bookmark' },
      ],
    })),
  })
  expect((await ask('GET', '/v1/drivers?type=classic')).body).toEqual({ drivers: [] })
})

it('tells interfaces by version', async () => {
  const { ask } = await serve()
  const { body } = await ask('GET', '/v1/drivers/fake-hardware')
  expect(body).toMatchObject({
    default_boot_interface: 'ipxe',
    enabled_boot_interfaces: ['ipxe', 'pxe'],
    default_deploy_interface: null,
    enabled_deploy_interfaces: [],
    default_firmware_interface: 'no-firmware',
  })
  const old = await ask('GET', '/v1/drivers?detail=true', { version: '1.32' })
  expect(old.body).toMatchObject({ drivers: [{ default_boot_interface: 'ipxe' }, {}] })
  for (const name of [
    'default_storage_interface',
    'enabled_rescue_interfaces',
    'default_bios_interface',
    'default_firmware_interface',
  ])
    expect((old.body.drivers as object[])[0]).not.toHaveProperty(name)
  const oldest = await ask('GET', '/v1/drivers/fake-hardware', { version: '1.1' })
  expect(Object.keys(oldest.body).sort()).toEqual(['hosts', 'links', 'name'])
  const few = await ask('GET', '/v1/drivers?fields=name,hosts')
  expect(Object.keys((few.body.drivers as object[])[0] ?? {}).sort()).toEqual(['hosts', 'links', 'name'])
})

it('asks a conductor that has the driver what goes into driver_info', async () => {
  const { ask, calls } = await serve()
  expect((await ask('GET', '/v1/drivers/manual-management/properties')).body).toEqual({ fake_delay: 'How long.' })
  const params = { driver_name: 'manual-management' }
  expect(calls).toEqual([{ hostname: 'one', method: 'get_driver_properties', params }])
  expect((await ask('GET', '/v1/drivers/fake-hardware/vendor_passthru/methods')).body).toEqual({})
})

it.each([
  ['/v1/drivers/nobody', '1.96', 404, 'nobody'],
  ['/v1/drivers/nobody/properties', '1.96', 404, 'nobody'],
  ['/v1/drivers/fake-hardware/raid/logical_disk_properties', '1.96', 404, 'raid'],
  ['/v1/drivers?fields=colour', '1.96', 400, 'colour'],
  ['/v1/drivers?fields=name', '1.76', 406, '1.77'],
  ['/v1/drivers?detail=true', '1.29', 406, '1.30'],
  ['/v1/drivers?type=x', '1.96', 400, 'classic'],
  ['/v1/drivers?type=dynamic', '1.29', 406, '1.30'],
  ['/v1/drivers?detail=true&fields=name', '1.96', 400, 'same request'],
])('%s in %s is %i', async (path, version, status, words) => {
  const { ask } = await serve()
  expect(await ask('GET', path, { version })).toMatchObject({ status, fault: expect.stringContaining(words) })
})

const conductors: Conductor[] = ['one', 'two', 'three'].map((hostname, index) => ({
  id: index + 1,
  hostname,
  conductorGroup: index === 2 ? 'rack1' : '',
  alive: index !== 1,
  online: true,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-02T03:04:05Z'),
  drivers: ['fake-hardware'],
}))
const rings = { order: async () => [], owner: async () => 'one', conductors: async () => conductors }

it('lists conductors, dead ones too', async () => {
  const { address, ask } = await startRestServer({}, { rings })
  const links = (hostname: string) =>
    ['v1/', ''].map((version, index) => ({
      href: `http://127.0.0.1:${address.port}/${version}conductors/${hostname}`,
      rel: ['self', 'bookmark'][index],
    }))
  expect((await ask('GET', '/v1/conductors')).body).toEqual({
    conductors: conductors.map(({ alive, conductorGroup, hostname }) => ({
      hostname,
      conductor_group: conductorGroup,
      alive,
      links: links(hostname),
    })),
  })
  expect((await ask('GET', '/v1/conductors/two')).body).toEqual({
    hostname: 'two',
    conductor_group: '',
    alive: false,
    drivers: ['fake-hardware'],
    created_at: '2026-01-01T00:00:00+00:00',
    updated_at: '2026-01-02T03:04:05+00:00',
    links: links('two'),
  })
})

it('lists conductors in pages', async () => {
  const { ask } = await startRestServer({}, { rings })
  const names = async (query: string) => {
    const { body } = await ask('GET', `/v1/conductors?${query}`)
    return [(body.conductors as { hostname: string }[]).map(({ hostname }) => hostname), body.next]
  }
  expect(await names('sort_key=hostname&limit=2')).toEqual([
    ['one', 'three'],
    expect.stringContaining('/v1/conductors?sort_key=hostname&limit=2&marker=three'),
  ])
  expect(await names('sort_key=hostname&limit=2&marker=three')).toEqual([['two'], undefined])
  expect(await names('sort_dir=desc')).toEqual([['three', 'two', 'one'], undefined])
  expect(await names('sort_key=conductor_group&sort_dir=desc')).toEqual([['three', 'two', 'one'], undefined])
})

it.each([
  ['/v1/conductors', '1.48', 404, 'could not be found'],
  ['/v1/conductors/nobody', '1.96', 404, 'nobody'],
  ['/v1/conductors?marker=nobody', '1.96', 400, 'nobody'],
  ['/v1/conductors?sort_key=alive', '1.96', 400, 'invalid field for sorting'],
  ['/v1/conductors?limit=0', '1.96', 400, 'positive'],
  ['/v1/conductors?fields=colour', '1.96', 400, 'colour'],
])('%s in %s is %i', async (path, version, status, words) => {
  const { ask } = await startRestServer({}, { rings })
  expect(await ask('GET', path, { version })).toMatchObject({ status, fault: expect.stringContaining(words) })
})

it.each(['/v1/chassis', '/v1/allocations/x', '/v1/volume/targets', '/v1/nodes/x/volume', '/v1/runbooks', '/v1/shards'])(
  '%s is answered with words, whatever the method',
  async (path) => {
    const { ask } = await startRestServer()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await ask(method, path, method === 'GET' ? {} : { body: {} })
      expect(answer).toMatchObject({ status: 501, fault: expect.stringContaining('bootring does not have') })
    }
  },
)

it.each(['/v1/chassises', '/v1/nonsense', '/v1/bios', '/v2', '/v1/nodes/x/nonsense'])(
  '%s is not there',
  async (path) => {
    const { ask } = await startRestServer()
    expect(await ask('GET', path)).toMatchObject({ status: 404, fault: 'The resource could not be found.' })
  },
)

it('describes itself to those who may use it', async () => {
  const open = await startRestServer()
  const { body } = await open.ask('GET', '/v1/openapi.json')
  expect(body).toMatchObject({
    openapi: '3.1.0',
    paths: { '/v1/ports/{port}': { get: { responses: { 200: {} } } }, '/v1/lookup': { get: { security: [] } } },
  })
  const closed = await startRestServer({}, { access: { kind: 'closed', reason: 'closed' } })
  expect((await closed.ask('GET', '/v1/openapi.json')).status).toBe(403)
})
