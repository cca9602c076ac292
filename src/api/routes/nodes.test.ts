import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { aNodeRecord } from '../../../test/support/management-records.ts'
import { type Answers, startRestServer } from '../../../test/support/rest-server.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'

async function serverWith(nodes: Partial<NodeRecord>[] = [], answers: Answers = {}) {
  const server = await startRestServer(answers)
  server.reader.allNodes.push(
    ...nodes.map((node, index) => aNodeRecord({ id: index + 1, uuid: randomUUID(), ...node })),
  )
  return { ...server, nodes: server.reader.allNodes }
}

describe('a list of nodes', () => {
  it('shows few fields, all of them, or those that are asked for', async () => {
    const { ask, nodes } = await serverWith([{ name: 'one' }])
    const uuid = nodes[0]?.uuid
    const list = async (path: string, version?: string) =>
      ((await ask('GET', path, version === undefined ? {} : { version })).body.nodes as object[])[0]
    const short = ['instance_uuid', 'links', 'maintenance', 'name', 'power_state', 'provision_state', 'uuid']
    expect(Object.keys((await list('/v1/nodes')) ?? {}).sort()).toEqual(short)
    expect(Object.keys((await list('/v1/nodes', '1.4')) ?? {}).sort()).toEqual(short.filter((name) => name !== 'name'))
    expect(await list('/v1/nodes?fields=uuid,driver')).toEqual({
      uuid,
      driver: 'fake-hardware',
      links: expect.any(Array),
    })
    for (const path of ['/v1/nodes?detail=True', '/v1/nodes/detail'])
      expect(await list(path)).toMatchObject({ uuid, driver_info: {}, traits: [], conductor: 'one', states: [{}, {}] })
  })

  it('comes in pages that lead to each other, filters and all', async () => {
    const { ask, nodes, reader } = await serverWith([{}, {}, {}])
    const first = await ask('GET', '/v1/nodes?limit=2&sort_key=name&sort_dir=desc&maintenance=false&fields=name')
    const next = new URL(first.body.next as string)
    expect([next.pathname, Object.fromEntries(next.searchParams)]).toEqual([
      '/v1/nodes',
      { sort_key: 'name', sort_dir: 'desc', maintenance: 'false', fields: 'name', limit: '2', marker: nodes[1]?.uuid },
    ])
    expect(reader.page).toEqual({ limit: 2, marker: undefined, sortKey: 'name', descending: true })
    const second = await ask('GET', next.pathname + next.search)
    expect([(second.body.nodes as unknown[]).length, second.body.next]).toEqual([1, undefined])
  })

  it('reads of each row no more than is shown', async () => {
    const { ask, reader } = await serverWith([{}, {}])
    const columns = async (path: string) => {
      await ask('GET', path)
      return reader.columns
    }
    const shown = ['uuid', 'name', 'instance_uuid', 'power_state', 'provision_state', 'maintenance']
    expect(await columns('/v1/nodes')).toEqual(shown)
    expect(await columns('/v1/nodes?conductor=one')).toEqual(shown)
    expect(await columns('/v1/nodes?fields=traits,extra,conductor,links')).toEqual(['extra'])
    expect(await columns('/v1/nodes/detail')).toBeUndefined()
  })

  it('is never longer than max_limit', async () => {
    const { ask, reader } = await serverWith()
    await ask('GET', '/v1/nodes?limit=100000')
    expect(reader.page?.limit).toBe(1000)
    await ask('GET', '/v1/nodes')
    expect(reader.page?.limit).toBe(1000)
  })

  it('hands filters to the store', async () => {
    const { ask, nodes, reader } = await serverWith([{ name: 'chassis' }])
    await ask(
      'GET',
      '/v1/nodes?associated=1&provision_state=available&shard=a,b&owner=me&parent_node=chassis&conductor_group=Rack1',
    )
    expect(reader.filter).toEqual({
      associated: true,
      provision_states: ['available'],
      shards: ['a', 'b'],
      owner: 'me',
      parent_node: nodes[0]?.uuid,
      conductor_group: 'rack1',
    })
    await ask('GET', '/v1/nodes')
    expect(reader.filter).toEqual({ include_children: false })
  })

  it('of one conductor is filled up over several pages', async () => {
    const nodes = Array.from({ length: 7 }, (_, i) => ({ name: `n${i}` }))
    const server = await startRestServer(
      {},
      {
        rings: {
          order: async () => [],
          conductors: async () => [],
          owner: async ({ uuid }) => (/[0-7]$/.test(uuid) ? 'one' : 'two'),
        },
        options: {
          maxLimit: 2,
          restrictLookup: true,
          heartbeatTimeoutSeconds: 60,
          agentHeartbeatTimeoutSeconds: 300,
        },
      },
    )
    server.reader.allNodes.push(
      ...nodes.map((node, i) =>
        aNodeRecord({ ...node, uuid: `00000000-0000-4000-8000-00000000000${i % 2 ? 'a' : i}` }),
      ),
    )
    const names = async (path: string) => {
      const { body } = await server.ask('GET', path)
      return [(body.nodes as { name: string }[]).map(({ name }) => name), typeof body.next]
    }
    expect(await names('/v1/nodes?conductor=one&fields=name,uuid')).toEqual([['n0', 'n2'], 'string'])
  })

  it.each([
    ['/v1/nodes?limit=0', '1.96', 400],
    ['/v1/nodes?limit=x', '1.96', 400],
    ['/v1/nodes?marker=x', '1.96', 400],
    ['/v1/nodes?sort_dir=up', '1.96', 400],
    ['/v1/nodes?sort_key=driver_info', '1.96', 400],
    ['/v1/nodes?sort_key=owner', '1.49', 406],
    ['/v1/nodes?fields=nothing', '1.96', 400],
    ['/v1/nodes?fields=owner', '1.49', 406],
    ['/v1/nodes?fields=uuid', '1.7', 406],
    ['/v1/nodes?fields=uuid&detail=True', '1.96', 400],
    ['/v1/nodes?detail=True', '1.42', 400],
    ['/v1/nodes?provision_state=happy', '1.96', 400],
    ['/v1/nodes?provision_state=active', '1.8', 406],
    ['/v1/nodes?shard=x', '1.81', 406],
    ['/v1/nodes?maintenance=perhaps', '1.96', 400],
    ['/v1/nodes?other=x', '1.96', 400],
    ['/v1/nodes?fault=none', '1.96', 400],
    ['/v1/nodes?chassis_uuid=1be26c0b-03f2-4d2e-ae87-c02d7f33c123', '1.96', 404],
  ])('%s by %s is %i', async (path, version, status) => {
    const { ask } = await serverWith([{}])
    const answer = await ask('GET', path, { version })
    expect([answer.status, answer.fault]).toEqual([status, expect.stringMatching(/./)])
  })
})

describe('a node', () => {
  it('is found by its name, and by its UUID in any form', async () => {
    const { ask, nodes } = await serverWith([{ name: 'one' }])
    const uuid = nodes[0]?.uuid ?? ''
    for (const ident of ['one', uuid, uuid.toUpperCase(), uuid.replaceAll('-', '')])
      expect((await ask('GET', `/v1/nodes/${ident}`)).body).toMatchObject({ uuid, name: 'one' })
    expect((await ask('GET', '/v1/nodes/one', { version: '1.4' })).status).toBe(404)
    expect(await ask('GET', '/v1/nodes/none')).toMatchObject({ status: 404, fault: 'Node none could not be found.' })
    expect((await ask('GET', '/v1/nodes/a%20b')).status).toBe(400)
  })

  it('hides its secrets, and what its version does not know', async () => {
    const { ask } = await serverWith([
      {
        name: 'one',
        driver_info: { ipmi_password: 'pw', address: 'a' },
        driver_internal_info: { agent_secret_token: 'tk', _x: 1, agent_url: 'u' },
        provision_state: 'inspect wait',
        owner: 'me',
      },
    ])
    const node = (await ask('GET', '/v1/nodes/one')).body
    expect(node).toMatchObject({
      driver_info: { ipmi_password: '******', address: 'a' },
      driver_internal_info: { agent_url: 'u' },
      owner: 'me',
    })
    expect(JSON.stringify(node)).not.toMatch(/"tk"|"pw"|_x/)
    const old = (await ask('GET', '/v1/nodes/one', { version: '1.38' })).body
    expect(old.provision_state).toBe('inspecting')
    expect('owner' in old).toBe(false)
  })

  it('is created by a conductor, and shown as that has left it', async () => {
    const { ask, calls, nodes } = await serverWith([], {
      create_node: ({ node }) => nodes.push(aNodeRecord({ ...(node as object), created_at: new Date(0) })),
    })
    const answer = await ask('POST', '/v1/nodes', {
      body: { driver: 'fake-hardware', name: 'one', extra: { a: [1] }, uuid: null },
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ name: 'one', extra: { a: [1] }, provision_state: 'enroll' })
    expect(answer.headers.get('Location')).toBe(
      `http://127.0.0.1:${new URL(answer.headers.get('Location') ?? '').port}/v1/nodes/${answer.body.uuid}`,
    )
    expect(calls).toMatchObject([{ hostname: 'one', method: 'create_node', params: { node: { name: 'one' } } }])
    const old = await ask('POST', '/v1/nodes', { version: '1.10', body: { driver: 'fake-hardware' } })
    expect(old.body.provision_state).toBe('available')
  })

  it.each([
    [{}, '1.96', 400],
    [{ driver: 7 }, '1.96', 400],
    [{ driver: 'fake-hardware', power_state: 'power on' }, '1.96', 400],
    [{ driver: 'fake-hardware', name: 'a b' }, '1.96', 400],
    [{ driver: 'fake-hardware', name: 'detail' }, '1.96', 400],
    [{ driver: 'fake-hardware', owner: 'me' }, '1.49', 406],
    [{ driver: 'fake-hardware', parent_node: 'none' }, '1.96', 404],
    ['[]', '1.96', 400],
  ])('is not created from %j by %s', async (body, version, status) => {
    const { ask, calls } = await serverWith()
    const answer = await ask('POST', '/v1/nodes', { version, body })
    expect([answer.status, answer.fault, calls]).toEqual([status, expect.stringMatching(/./), []])
  })

  it('is patched by a conductor of its new driver', async () => {
    const { ask, calls, nodes } = await serverWith([{ name: 'one' }], {
      update_node: () => {
        const [node] = nodes
        if (node) node.driver = 'manual-management'
      },
    })
    const patch = [{ op: 'replace', path: '/driver', value: 'manual-management' }]
    const answer = await ask('PATCH', '/v1/nodes/one?reset_interfaces=true', { body: patch })
    expect([answer.status, answer.body.driver]).toEqual([200, 'manual-management'])
    expect(calls).toMatchObject([
      { method: 'update_node', params: { node_id: nodes[0]?.uuid, patch, reset_interfaces: true } },
    ])
  })

  it.each([
    [[{ op: 'replace', path: '/power_state', value: 'power on' }], '', '1.96', 400],
    [[{ op: 'test', path: '/name', value: 'x' }], '', '1.96', 400],
    [[{ op: 'replace', path: '/extra/none', value: 'x' }], '', '1.96', 400],
    [[{ op: 'add', path: '/traits', value: ['CUSTOM_X'] }], '', '1.96', 400],
    [[{ op: 'replace', path: '/owner', value: 'me' }], '', '1.49', 406],
    [[{ op: 'replace', path: '/name', value: 'x' }], '?reset_interfaces=true', '1.96', 400],
    [[{ op: 'replace', path: '/driver', value: 'x' }], '?reset_interfaces=true', '1.44', 406],
    [{ op: 'replace', path: '/name', value: 'x' }, '', '1.96', 400],
    [undefined, '', '1.96', 400],
  ])('is not patched by %j%s by %s', async (body, query, version, status) => {
    const { ask, calls } = await serverWith([{ name: 'one' }])
    const answer = await ask('PATCH', `/v1/nodes/one${query}`, { version, body })
    expect([answer.status, calls]).toEqual([status, []])
  })

  it('is deleted', async () => {
    const { ask, calls, nodes } = await serverWith([{ name: 'one' }])
    const answer = await ask('DELETE', '/v1/nodes/one')
    expect([answer.status, answer.body]).toEqual([204, undefined])
    expect(calls).toMatchObject([{ method: 'destroy_node', params: { node_id: nodes[0]?.uuid } }])
  })

  it('that is locked says by whom', async () => {
    const { ask } = await serverWith([{ name: 'one' }], {
      destroy_node: () => {
        throw new BootringError('NodeLocked', 'Node x is locked by host two')
      },
    })
    expect(await ask('DELETE', '/v1/nodes/one')).toMatchObject({ status: 409, fault: 'Node x is locked by host two' })
  })

  it('that cannot be reached is a fault that clients repeat', async () => {
    const { ask } = await serverWith([{ name: 'one' }], {
      destroy_node: () => {
        throw new BootringError('ConductorUnreachable', 'conductor one: connection refused')
      },
    })
    const answer = await ask('DELETE', '/v1/nodes/one')
    expect([answer.status, Number(answer.headers.get('Retry-After'))]).toEqual([503, expect.any(Number)])
  })
})
