import { expect, it } from 'vitest'
import { BootringError } from '../../src/model/errors.ts'
import type { ConductorClient } from '../../src/rpc/contract.ts'
import type { MethodName, Params, Result } from '../../src/rpc/shapes.ts'
import { eachDatabase } from '../support/databases.ts'
import { ManagementConductor } from '../support/management-conductor.ts'
import { type RestServer, startRestServer } from '../support/rest-server.ts'

type Managed = Parameters<ManagementConductor['call']>[0]

interface Shown {
  uuid: string
  name: string
}

eachDatabase((engine) => {
  /** The API over a database with two conductors, of which `refusing` take no calls. */
  async function start(refusing: readonly string[] = []) {
    const database = await engine.open(await engine.emptyUrl())
    await database.upgrade()
    const c1 = await ManagementConductor.register(database, { hostname: 'c1' })
    const c2 = await ManagementConductor.register(database, { hostname: 'c2' })
    const others: Record<string, ManagementConductor> = { c2 }
    const asked: string[] = []
    const conductors: ConductorClient = {
      async call<M extends MethodName>(hostname: string, method: M, params: Params<M>): Promise<Result<M>> {
        asked.push(hostname)
        if (refusing.includes(hostname)) {
          const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
          throw new BootringError('ConductorUnreachable', `conductor ${hostname}: refused`, { cause })
        }
        const { [hostname]: one = c1 } = others
        // Nothing else is called here.
        return (await one.call(method as Managed, params as Params<Managed>)) as Result<M>
      },
    }
    const rings = { order: async () => ['c1', 'c2'], owner: async () => 'c1', conductors: async () => [] }
    const server = await startRestServer({}, { reader: database.management, conductors, rings })
    return { ...server, asked }
  }

  async function create({ ask }: RestServer, ...bodies: object[]): Promise<string[]> {
    const uuids: string[] = []
    for (const body of bodies) {
      const answer = await ask('POST', '/v1/nodes', { body: { driver: 'fake-hardware', ...body } })
      expect([answer.status, answer.fault]).toEqual([201, ''])
      uuids.push(String(answer.body.uuid))
    }
    return uuids
  }

  /** Names on all pages from this one on. */
  async function names({ ask }: RestServer, path: string): Promise<string[]> {
    const found: string[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const { body, fault } = await ask('GET', next)
      expect(fault).toBe('')
      found.push(...(body.nodes as Shown[]).map(({ name }) => name))
      const link = body.next === undefined ? undefined : new URL(String(body.next))
      next = link && link.pathname + link.search
    }
    return found
  }

  it('shows each node once, in whatever pages and order', async () => {
    const server = await start()
    await create(server, ...['b', 'd', 'a', 'e', 'c'].map((name) => ({ name, owner: name < 'c' ? 'me' : 'you' })))
    for (const limit of [1, 2, 5, 6]) {
      expect(await names(server, `/v1/nodes?limit=${limit}`)).toEqual(['b', 'd', 'a', 'e', 'c'])
      const sorted = await names(server, `/v1/nodes?limit=${limit}&sort_key=name&sort_dir=desc`)
      expect(sorted).toEqual(['e', 'd', 'c', 'b', 'a'])
      expect(await names(server, `/v1/nodes/detail?limit=${limit}&owner=me&sort_key=owner`)).toEqual(['b', 'a'])
    }
    const unknown = await server.ask('GET', '/v1/nodes?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c123')
    expect([unknown.status, unknown.fault]).toEqual([400, expect.stringMatching(/./)])
  })

  it('creates, patches and deletes nodes by their conductor', async () => {
    const server = await start()
    const { ask } = server
    const [uuid] = await create(server, { name: 'one', driver_info: { ipmi_password: 'geheim' }, extra: { a: 1 } })
    const patch = [
      { op: 'replace', path: '/extra/a', value: [1, { b: 'ü' }] },
      { op: 'add', path: '/properties/cpu_arch', value: 'x86_64' },
      { op: 'replace', path: '/name', value: 'two' },
    ]
    const patched = await ask('PATCH', '/v1/nodes/one', { body: patch })
    expect([patched.status, patched.body]).toMatchObject([
      200,
      { uuid, name: 'two', extra: { a: [1, { b: 'ü' }] }, driver_info: { ipmi_password: '******' } },
    ])
    expect((await ask('GET', '/v1/nodes/one')).status).toBe(404)
    const taken = await ask('POST', '/v1/nodes', { body: { driver: 'fake-hardware', name: 'two' } })
    expect([taken.status, taken.fault]).toEqual([409, expect.stringMatching(/./)])
    expect((await ask('PUT', '/v1/nodes/two/traits', { body: { traits: ['CUSTOM_B', 'CUSTOM_A'] } })).status).toBe(204)
    expect((await ask('GET', '/v1/nodes/two?fields=traits')).body.traits).toEqual(['CUSTOM_A', 'CUSTOM_B'])
    expect((await ask('PUT', '/v1/nodes/two/maintenance', { body: { reason: 'why' } })).status).toBe(202)
    expect(await names(server, '/v1/nodes?maintenance=true')).toEqual(['two'])
    expect((await ask('DELETE', '/v1/nodes/two')).status).toBe(204)
    expect(await names(server, '/v1/nodes')).toEqual([])
  })

  it('keeps nodes that are part of another out of lists, unless they are asked for', async () => {
    const server = await start()
    const [parent] = await create(server, { name: 'chassis' }, { name: 'blade', parent_node: 'chassis' })
    expect(await names(server, '/v1/nodes')).toEqual(['chassis'])
    expect(await names(server, '/v1/nodes?include_children=True')).toEqual(['chassis', 'blade'])
    expect(await names(server, '/v1/nodes?parent_node=chassis')).toEqual(['blade'])
    expect((await server.ask('GET', '/v1/nodes/blade')).body.parent_node).toBe(parent)
  })

  it('goes on with the next conductor where one takes no calls', async () => {
    const server = await start(['c1'])
    await create(server, { name: 'one' })
    expect((await server.ask('DELETE', '/v1/nodes/one')).status).toBe(204)
    expect(server.asked).toEqual(['c1', 'c2', 'c1', 'c2'])
  })

  it('says that it can not go on where none takes any', async () => {
    const server = await start(['c1', 'c2'])
    const answer = await server.ask('POST', '/v1/nodes', { body: { driver: 'fake-hardware' } })
    expect([answer.status, Number(answer.headers.get('Retry-After'))]).toEqual([503, expect.any(Number)])
    expect(await names(server, '/v1/nodes')).toEqual([])
  })
})
