import { describe, expect, it } from 'vitest'
import { mac } from '../../../test/support/a-node.ts'
import { aNodeRecord, aPortgroupRecord, aPortRecord } from '../../../test/support/management-records.ts'
import { type Answers, startRestServer } from '../../../test/support/rest-server.ts'
import { BootringError } from '../../model/errors.ts'

const node = aNodeRecord({ name: 'node-7' })
const other = aNodeRecord({ id: 8, uuid: 'd4d4d4d4-0000-4000-8000-000000000008', name: 'node-8' })
const bond = aPortgroupRecord({ name: 'bond0' })
const first = aPortRecord({ extra: { rack: 1 } })
const second = aPortRecord({
  id: 4,
  uuid: '00000000-0000-4000-8000-000000000004',
  address: mac('52:54:00:00:00:02'),
  portgroup_id: bond.id,
  portgroup_uuid: bond.uuid,
})
const third = aPortRecord({
  id: 5,
  uuid: '00000000-0000-4000-8000-000000000005',
  address: mac('52:54:00:00:00:03'),
  node_id: other.id,
  node_uuid: other.uuid,
})

async function serve(answers: Answers = {}) {
  const server = await startRestServer(answers)
  server.reader.allNodes.push(node, other)
  server.reader.allPortgroups.push(bond)
  server.reader.allPorts.push(first, second, third)
  return server
}

describe('lists of ports', () => {
  it.each([
    ['/v1/ports', [first, second, third]],
    ['/v1/ports/', [first, second, third]],
    [`/v1/ports?node=${node.uuid}`, [first, second]],
    ['/v1/ports?node=node-8', [third]],
    [`/v1/ports?node_uuid=${other.uuid}`, [third]],
    ['/v1/ports?portgroup=bond0', [second]],
    ['/v1/ports?address=52-54-00-00-00-02', [second]],
    ['/v1/ports?address=52:54:00:00:00:99', []],
    ['/v1/nodes/node-7/ports', [first, second]],
    [`/v1/nodes/${other.uuid}/ports`, [third]],
    ['/v1/portgroups/bond0/ports', [second]],
  ])('%s', async (path, ports) => {
    const { address, ask } = await serve()
    const root = `http://127.0.0.1:${address.port}`
    expect(await ask('GET', path)).toMatchObject({
      status: 200,
      body: {
        ports: ports.map(({ address, uuid }) => ({
          uuid,
          address,
          links: [
            { href: `${root}/v1/ports/${uuid}`, rel: 'self' },
            { href: `${root}/ports/${uuid}`, rel: 'bookmark' },
          ],
        })),
      },
    })
  })

  it('have few fields, all, or those asked for', async () => {
    const { ask } = await serve()
    const names = async (query: string, version = '1.96') => {
      const { body } = await ask('GET', `/v1/ports${query}`, { version })
      return Object.keys((body.ports as object[])[0] ?? {}).sort()
    }
    expect(await names('')).toEqual(['address', 'links', 'uuid'])
    const all = ['address', 'created_at', 'extra', 'internal_info', 'is_smartnic', 'links', 'local_link_connection']
    all.push('name', 'node_uuid', 'physical_network', 'portgroup_uuid', 'pxe_enabled', 'updated_at', 'uuid')
    expect(await names('?detail=true')).toEqual(all)
    expect(await names('/detail')).toEqual(all)
    expect(await names('?fields=extra,node_uuid')).toEqual(['extra', 'links', 'node_uuid'])
    const old = ['address', 'created_at', 'extra', 'links', 'node_uuid', 'updated_at', 'uuid']
    expect(await names('/detail', '1.17')).toEqual(old)
  })

  it('come in pages', async () => {
    const { address, ask } = await serve()
    const { body } = await ask('GET', '/v1/nodes/node-7/ports?limit=1&fields=uuid')
    expect(body.next).toBe(
      `http://127.0.0.1:${address.port}/v1/nodes/node-7/ports?fields=uuid&limit=1&marker=${first.uuid}`,
    )
    const next = await ask('GET', String(body.next).replace(/^http:..[^/]*/, ''))
    expect(next.body.ports).toMatchObject([{ uuid: second.uuid }])
  })

  it.each([
    ['/v1/ports?fields=colour', '1.96', 400, 'Field(s) "colour" are not valid'],
    ['/v1/ports?fields=name', '1.87', 406, '1.88'],
    ['/v1/ports?fields=uuid', '1.7', 406, 'not acceptable'],
    ['/v1/ports?sort_key=extra', '1.96', 400, 'invalid field for sorting'],
    ['/v1/ports?address=x', '1.96', 400, 'valid MAC address'],
    ['/v1/ports?portgroup=bond0', '1.23', 406, '1.24'],
    ['/v1/ports?shard=a', '1.81', 406, '1.82'],
    ['/v1/ports?shard=a&node=node-7', '1.96', 400, 'one of node'],
    ['/v1/ports?node=nobody', '1.96', 404, 'Node nobody could not be found'],
    ['/v1/ports?portgroup=nobody', '1.96', 404, 'Portgroup nobody could not be found'],
    ['/v1/ports?colour=red', '1.96', 400, 'Unexpected arguments: colour'],
    ['/v1/portgroups/bond0/ports', '1.23', 404, 'could not be found'],
  ])('%s in %s is %i', async (path, version, status, words) => {
    const { ask } = await serve()
    const answer = await ask('GET', path, { version })
    expect(answer).toMatchObject({ status, fault: expect.stringContaining(words) })
  })
})

describe('a port', () => {
  it.each([first.uuid, first.uuid.toUpperCase(), '52-54-00-12-34-56'])('is shown by %s', async (ident) => {
    const { ask } = await serve()
    const answer = await ask('GET', `/v1/ports/${ident}`)
    expect(answer.body).toMatchObject({ uuid: first.uuid, node_uuid: node.uuid, extra: { rack: 1 }, pxe_enabled: true })
    expect((await ask('GET', '/v1/ports/nobody')).status).toBe(404)
  })

  it('is created by a conductor', async () => {
    const { address, ask, calls, reader } = await serve({
      create_port: ({ port }) => {
        reader.allPorts.push(aPortRecord({ ...(port as object), portgroup_uuid: bond.uuid }))
      },
    })
    const uuid = 'e5e5e5e5-0000-4000-8000-000000000001'
    const body = { uuid, address: '52:54:00:AA:AA:AA', node_uuid: node.uuid, portgroup_uuid: bond.uuid }
    const answer = await ask('POST', '/v1/ports', { body })
    expect(answer).toMatchObject({ status: 201, body: { uuid, address: '52:54:00:aa:aa:aa' } })
    expect(answer.headers.get('Location')).toBe(`http://127.0.0.1:${address.port}/v1/ports/${uuid}`)
    const port = { uuid, address: '52:54:00:aa:aa:aa', portgroup_uuid: bond.uuid }
    expect(calls).toEqual([{ hostname: 'one', method: 'create_port', params: { node_id: node.uuid, port } }])
  })

  it.each([
    [{ node_uuid: node.uuid }, 400, 'address'],
    [{ address: '52:54:00:aa:aa:aa' }, 400, 'node_uuid'],
    [{ address: '52:54:00:aa:aa:aa', node_uuid: bond.uuid }, 400, `Node ${bond.uuid} could not be found`],
    [{ address: '52:54:00:aa:aa:aa', node_uuid: node.uuid, portgroup_uuid: node.uuid }, 400, 'Portgroup'],
    [{ address: '52:54:00:aa:aa:aa', node_uuid: other.uuid, portgroup_uuid: bond.uuid }, 400, 'different node'],
    [{ address: '52:54:00:aa:aa:aa', node_uuid: node.uuid, internal_info: {} }, 400, 'internal_info'],
    [[], 400, 'object'],
    ['{', 400, 'JSON'],
  ])('is not created from %j', async (body, status, words) => {
    const { ask, calls } = await serve()
    expect(await ask('POST', '/v1/ports', { body })).toMatchObject({ status, fault: expect.stringContaining(words) })
    expect(calls).toEqual([])
  })

  it('is patched by a conductor, which gets the patch as it came', async () => {
    const { ask, calls } = await serve()
    const patch = [{ op: 'add', path: '/extra/rack', value: 2 }]
    expect((await ask('PATCH', `/v1/ports/${first.uuid}`, { body: patch })).status).toBe(200)
    const params = { node_id: node.uuid, port_id: first.uuid, patch }
    expect(calls).toEqual([{ hostname: 'one', method: 'update_port', params }])
  })

  it.each([
    [[{ op: 'add', path: '/uuid', value: 'x' }], '1.96', 400, 'Cannot patch /uuid'],
    [[{ op: 'remove', path: '/extra/none' }], '1.96', 400, "Couldn't apply patch"],
    [[{ op: 'replace', path: '/portgroup_uuid', value: node.uuid }], '1.96', 400, 'Portgroup'],
    [[{ op: 'replace', path: '/name', value: 'x' }], '1.87', 406, '1.88'],
    [{}, '1.96', 400, 'array'],
  ])('is not patched with %j in %s', async (body, version, status, words) => {
    const { ask, calls } = await serve()
    const answer = await ask('PATCH', `/v1/ports/${first.uuid}`, { body, version })
    expect(answer).toMatchObject({ status, fault: expect.stringContaining(words) })
    expect(calls).toEqual([])
  })

  it('is deleted by a conductor, whose refusal is shown', async () => {
    const { ask, calls } = await serve({
      destroy_port: ({ port_id }) => {
        if (port_id === second.uuid) throw new BootringError('NodeLocked', 'Node x is locked by host two')
      },
    })
    expect((await ask('DELETE', `/v1/ports/${first.uuid}`)).status).toBe(204)
    expect(calls).toMatchObject([{ method: 'destroy_port', params: { node_id: node.uuid, port_id: first.uuid } }])
    const locked = await ask('DELETE', `/v1/ports/${second.uuid}`)
    expect(locked).toMatchObject({ status: 409, fault: 'Node x is locked by host two' })
    expect((await ask('DELETE', '/v1/ports/nobody')).status).toBe(404)
  })
})

describe('portgroups', () => {
  it('are listed and shown', async () => {
    const { address, ask } = await serve()
    const root = `http://127.0.0.1:${address.port}`
    const short = { uuid: bond.uuid, name: 'bond0', address: null }
    for (const path of ['/v1/portgroups', '/v1/nodes/node-7/portgroups', '/v1/portgroups?node=node-7'])
      expect((await ask('GET', path)).body).toMatchObject({ portgroups: [short] })
    expect((await ask('GET', '/v1/nodes/node-8/portgroups')).body).toEqual({ portgroups: [] })
    expect((await ask('GET', '/v1/portgroups/bond0')).body).toMatchObject({
      ...short,
      mode: 'active-backup',
      node_uuid: node.uuid,
      ports: [{ href: `${root}/v1/portgroups/${bond.uuid}/ports` }, {}],
    })
    const old = await ask('GET', '/v1/portgroups/bond0', { version: '1.25' })
    expect(old.body).not.toHaveProperty('mode')
    expect((await ask('GET', '/v1/portgroups', { version: '1.22' })).status).toBe(404)
    expect((await ask('GET', '/v1/nodes/node-7/portgroups', { version: '1.23' })).status).toBe(404)
  })

  it('are created, patched and deleted by a conductor', async () => {
    const { ask, calls, reader } = await serve({
      create_portgroup: ({ portgroup }) => {
        reader.allPortgroups.push(aPortgroupRecord(portgroup as object))
      },
    })
    const body = { node_uuid: node.uuid, name: 'bond1', mode: '802.3ad' }
    const created = await ask('POST', '/v1/portgroups', { body })
    expect(created).toMatchObject({ status: 201, body: { name: 'bond1', mode: '802.3ad' } })
    const patch = [{ op: 'replace', path: '/mode', value: 'balance-rr' }]
    expect((await ask('PATCH', '/v1/portgroups/bond0', { body: patch })).status).toBe(200)
    expect((await ask('DELETE', '/v1/portgroups/bond0')).status).toBe(204)
    const ids = { node_id: node.uuid, portgroup_id: bond.uuid }
    expect(calls.map(({ method, params }) => [method, params])).toEqual([
      [
        'create_portgroup',
        { node_id: node.uuid, portgroup: { uuid: created.body.uuid, name: 'bond1', mode: '802.3ad' } },
      ],
      ['update_portgroup', { ...ids, patch }],
      ['destroy_portgroup', ids],
    ])
  })

  it.each([
    ['POST', '/v1/portgroups', { name: 'x' }, 400, 'node_uuid'],
    ['POST', '/v1/portgroups', { node_uuid: bond.uuid }, 400, 'could not be found'],
    ['POST', '/v1/portgroups', { node_uuid: node.uuid, name: 'a b' }, 400, 'invalid name'],
    ['PATCH', '/v1/portgroups/bond0', [{ op: 'remove', path: '/mode' }], 400, 'mandatory'],
    ['PATCH', '/v1/portgroups/nobody', [], 404, 'nobody'],
    ['DELETE', '/v1/portgroups/nobody', undefined, 404, 'nobody'],
  ])('%s %s of %j is %i', async (method, path, body, status, words) => {
    const { ask, calls } = await serve()
    expect(await ask(method, path, { body })).toMatchObject({ status, fault: expect.stringContaining(words) })
    expect(calls).toEqual([])
  })
})
