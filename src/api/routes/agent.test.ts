import { describe, expect, it } from 'vitest'
import { mac } from '../../../test/support/a-node.ts'
import { aNodeRecord, aPortRecord } from '../../../test/support/management-records.ts'
import { type Answers, startRestServer } from '../../../test/support/rest-server.ts'
import type { BootEvent } from '../../model/boot-events.ts'
import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { RestParts } from '../rest/rest.ts'

const waiting = aNodeRecord({
  name: 'node-7',
  provision_state: 'wait call-back',
  properties: { cpu_arch: 'x86_64' },
  instance_info: { rescue_password: 's3cret' },
  driver_internal_info: { agent_secret_token: 's3cret', agent_url: 'http://x' },
  driver_info: { ipmi_password: 's3cret' },
})
const idle = aNodeRecord({
  id: 8,
  uuid: 'd4d4d4d4-0000-4000-8000-000000000008',
  name: 'idle',
  provision_state: 'available',
})
const inspected = aNodeRecord({
  id: 9,
  uuid: 'e5e5e5e5-0000-4000-8000-000000000009',
  name: 'inspected',
  provision_state: 'inspect wait',
  driver_info: { redfish_address: 'https://192.0.2.9:8000/x', ipmi_address: '2001:db8::9' },
})
const macOf = { waiting: '52:54:00:00:00:07', idle: '52:54:00:00:00:08', inspected: '52:54:00:00:00:09' }

// Nobody has a password here: agents do without.
async function serve(answers: Answers = {}, changes: Partial<RestParts> = {}) {
  const token: Answers = { get_node_with_token: () => ({ agent_token: 'the-token' }) }
  const server = await startRestServer(
    { ...token, ...answers },
    { access: { kind: 'closed', reason: 'no' }, ...changes },
  )
  server.reader.allNodes.push(waiting, idle, inspected)
  server.reader.allPorts.push(
    aPortRecord({ id: 1, address: mac(macOf.waiting) }),
    aPortRecord({ id: 2, address: mac(macOf.idle), node_id: idle.id }),
    aPortRecord({ id: 3, address: mac(macOf.inspected), node_id: inspected.id }),
  )
  return server
}

const nothing = { status: 404, fault: 'The requested resource could not be found.' }

describe('lookup', () => {
  it.each([
    `addresses=${macOf.waiting}`,
    `addresses=02:00:00:00:00:01,nonsense,${macOf.waiting.toUpperCase()}`,
    `node_uuid=${waiting.uuid}`,
    `addresses=02:00:00:00:00:01&node_uuid=${waiting.uuid}`,
  ])('by %s tells the agent all it needs', async (query) => {
    const { ask, calls } = await serve()
    const answer = await ask('GET', `/v1/lookup?${query}`, { version: '1.62' })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        node: {
          uuid: waiting.uuid,
          properties: { cpu_arch: 'x86_64' },
          driver_internal_info: { agent_url: 'http://x' },
        },
        config: { heartbeat_timeout: 300, agent_token: 'the-token', agent_token_required: true },
      },
    })
    expect(Object.keys(answer.body.node as object).sort()).toEqual([
      'driver_internal_info',
      'instance_info',
      'links',
      'properties',
      'uuid',
    ])
    expect(JSON.stringify(answer.body)).not.toContain('s3cret')
    expect(calls).toEqual([{ hostname: 'one', method: 'get_node_with_token', params: { node_id: waiting.uuid } }])
  })

  it.each([
    'addresses=02:00:00:00:00:01',
    `addresses=${macOf.idle}`,
    `node_uuid=${idle.uuid}`,
    `node_uuid=00000000-0000-4000-8000-000000000000`,
    `addresses=${macOf.idle},${macOf.waiting}`,
  ])('by %s is told nothing', async (query) => {
    const { ask, calls } = await serve()
    expect(await ask('GET', `/v1/lookup?${query}`)).toMatchObject(nothing)
    expect(calls).toEqual([])
  })

  it('finds nodes in all states where it may', async () => {
    const options = {
      maxLimit: 1000,
      restrictLookup: false,
      heartbeatTimeoutSeconds: 60,
      agentHeartbeatTimeoutSeconds: 30,
    }
    const { ask } = await serve({}, { options })
    const { body } = await ask('GET', `/v1/lookup?node_uuid=${idle.uuid}`)
    expect(body).toMatchObject({ node: { uuid: idle.uuid }, config: { heartbeat_timeout: 30 } })
  })

  it('needs something to go by', async () => {
    const { ask } = await serve()
    for (const query of ['', '?addresses=', '?addresses=x,y', '?node_uuid=x'])
      expect((await ask('GET', `/v1/lookup${query}`)).status, query).toBe(400)
  })

  it('says that the node is locked, for the agent to come again', async () => {
    const { ask } = await serve({
      get_node_with_token: () => {
        throw new BootringError('NodeLocked', 'locked')
      },
    })
    expect((await ask('GET', `/v1/lookup?node_uuid=${waiting.uuid}`)).status).toBe(409)
  })
})

describe('heartbeat', () => {
  const heartbeat = { callback_url: 'https://192.0.2.1:9999', agent_token: 'the-token', agent_version: '9.1' }

  it.each([waiting.uuid, 'node-7'])('of %s reaches a conductor', async (ident) => {
    const { ask, calls } = await serve()
    const more = { agent_verify_ca: 'PEM', agent_status: 'end', agent_status_message: null }
    const body = { ...heartbeat, ...more, something_new: [1] }
    const answer = await ask('POST', `/v1/heartbeat/${ident}`, { body, version: '1.68' })
    expect(answer.status).toBe(202)
    const said = { agent_verify_ca: 'PEM', agent_status: 'end' }
    const params = { node_id: waiting.uuid, ...heartbeat, ...said }
    expect(calls).toEqual([{ hostname: 'one', method: 'heartbeat', params }])
  })

  it.each([
    'InvalidParameter',
    'NodeNotFound',
    'Forbidden',
    'WrongState',
    'Unauthorized',
    'NoConductorForNode',
  ] as ErrorCode[])('of which a conductor says %s is told nothing', async (code) => {
    const { ask } = await serve({
      heartbeat: () => {
        throw new BootringError(code, 'the token is s3cret')
      },
    })
    expect(await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { body: heartbeat })).toMatchObject(nothing)
  })

  it.each(['ConductorUnreachable', 'UnsupportedCall'] as ErrorCode[])(
    'is not told which conductors there are (%s)',
    async (code) => {
      const { ask } = await serve({
        heartbeat: () => {
          throw new BootringError(code, 'conductor secret-host: connection refused')
        },
      })
      const answer = await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { body: heartbeat })
      expect(answer).toMatchObject({ status: 503, fault: 'No conductor answers at present; try again later.' })
    },
  )

  it('has its message cut to what is kept of it', async () => {
    const { ask, calls } = await serve()
    const body = { ...heartbeat, agent_status: 'error', agent_status_message: 'x'.repeat(65_535) }
    expect((await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { body })).status).toBe(202)
    expect(calls).toMatchObject([{ params: { agent_status_message: 'x'.repeat(4096) } }])
  })

  it('may not be as large as other requests', async () => {
    const { ask, calls } = await serve()
    const body = { ...heartbeat, something_new: 'x'.repeat(262_144) }
    expect((await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { body })).status).toBe(413)
    expect(calls).toEqual([])
  })

  it.each(['nobody', 'a b', '%00', '00000000-0000-4000-8000-000000000000'])('of %s is told nothing', async (ident) => {
    const { ask, calls } = await serve()
    const answer = await ask('POST', `/v1/heartbeat/${encodeURIComponent(ident)}`, { body: heartbeat })
    expect(answer).toMatchObject(nothing)
    expect(calls).toEqual([])
  })

  it.each([
    [{ ...heartbeat, agent_token: null }, 'token is required'],
    [{ ...heartbeat, agent_version: undefined }, 'version is required'],
    [{ ...heartbeat, callback_url: 'file:///etc/passwd' }, 'callback_url'],
    [{ ...heartbeat, callback_url: 'nonsense' }, 'callback_url'],
    [{ ...heartbeat, callback_url: 5 }, 'callback_url'],
    [{ ...heartbeat, agent_status: 'fine' }, 'start,end,error'],
    [[], 'object'],
  ])('%j is refused', async (body, words) => {
    const { ask, calls } = await serve()
    const answer = await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { body })
    expect(answer).toMatchObject({ status: 400, fault: expect.stringContaining(words) })
    expect(calls).toEqual([])
  })
})

describe('continue_inspection', () => {
  const inventory = (address: string, more = {}) => ({ interfaces: [{ mac_address: address, name: 'eth0' }], ...more })

  it.each([
    ['its MAC', inventory(macOf.inspected), ''],
    ['its UUID', inventory('02:00:00:00:00:01'), `?node_uuid=${inspected.uuid}`],
    ['its BMC', inventory('02:00:00:00:00:01', { bmc_address: '192.0.2.9' }), ''],
    ["its BMC's IPv6", inventory('02:00:00:00:00:01', { bmc_address: null, bmc_v6address: '2001:db8::9' }), ''],
    ['everything', inventory(macOf.inspected, { bmc_address: '192.0.2.9' }), `?node_uuid=${inspected.uuid}`],
  ])('by %s reaches a conductor', async (_what, given, query) => {
    const { ask, calls } = await serve()
    const body = { inventory: given, root_disk: { name: '/dev/sda' } }
    const answer = await ask('POST', `/v1/continue_inspection${query}`, { body, version: '1.84' })
    expect(answer).toMatchObject({
      status: 202,
      body: { node: { uuid: inspected.uuid }, config: { agent_token: 'the-token' } },
    })
    const params = { node_id: inspected.uuid, inventory: given, plugin_data: { root_disk: { name: '/dev/sda' } } }
    expect(calls).toMatchObject([{ method: 'get_node_with_token' }, { method: 'continue_inspection', params }])
  })

  it('gives agents of old the UUID alone', async () => {
    const { ask, calls } = await serve()
    const body = { inventory: inventory(macOf.inspected) }
    const answer = await ask('POST', '/v1/continue_inspection', { body, version: '1.1' })
    expect(answer).toMatchObject({ status: 202, body: { uuid: inspected.uuid } })
    expect(calls.map(({ method }) => method)).toEqual(['continue_inspection'])
  })

  it.each([
    ['a MAC that nobody has', inventory('02:00:00:00:00:01'), ''],
    ['a node that is not inspected', inventory(macOf.waiting), ''],
    ['a UUID that nobody has', inventory(macOf.inspected), '?node_uuid=00000000-0000-4000-8000-000000000000'],
    ['a UUID and a MAC of two nodes', inventory(macOf.idle), `?node_uuid=${inspected.uuid}`],
    ['a BMC that nobody has', inventory('02:00:00:00:00:01', { bmc_address: '192.0.2.1' }), ''],
  ])('by %s is told nothing', async (_what, given, query) => {
    const { ask, calls } = await serve()
    const answer = await ask('POST', `/v1/continue_inspection${query}`, { body: { inventory: given } })
    expect(answer).toMatchObject(nothing)
    expect(calls).toEqual([])
  })

  it('is not even looked at while no node is inspected', async () => {
    const { ask, calls, reader } = await serve()
    reader.allNodes.splice(0, Number.POSITIVE_INFINITY, waiting, idle)
    for (const body of ['{', 'x'.repeat(100_000), { inventory: inventory(macOf.inspected) }])
      expect(await ask('POST', '/v1/continue_inspection', { body })).toMatchObject(nothing)
    expect(calls).toEqual([])
  })

  it('has no more interfaces than a query has parameters', async () => {
    const { ask, calls } = await serve()
    const interfaces = Array.from({ length: 1025 }, () => ({ mac_address: macOf.inspected }))
    const answer = await ask('POST', '/v1/continue_inspection', { body: { inventory: { interfaces } } })
    expect(answer.status).toBe(400)
    expect(calls).toEqual([])
  })

  it.each([{}, { inventory: {} }, { inventory: { interfaces: [] } }, { inventory: inventory('x') }, [], 'x'])(
    '%j is refused',
    async (body) => {
      const { ask, calls } = await serve()
      expect((await ask('POST', '/v1/continue_inspection', { body })).status).toBe(400)
      expect(calls).toEqual([])
    },
  )
})

describe('what is kept of agents', () => {
  async function recording(answers: Answers = {}) {
    const events: BootEvent[] = []
    const record = (event: BootEvent) => void events.push(event)
    return { events, ...(await serve(answers, { events: { record }, server: 'api-1' })) }
  }

  it('are their calls, with the node that was found', async () => {
    const { ask, events } = await recording({ heartbeat: () => null, continue_inspection: () => null })
    await ask('GET', `/v1/lookup?addresses=${macOf.waiting}`, { version: '1.62' })
    const body = { callback_url: 'http://192.0.2.7:9999', agent_version: '9', agent_token: 't', agent_status: 'end' }
    await ask('POST', `/v1/heartbeat/${waiting.uuid}`, { version: '1.62', body })
    const interfaces = [{ mac_address: macOf.inspected }]
    await ask('POST', '/v1/continue_inspection', { version: '1.84', body: { inventory: { interfaces } } })
    const both = {
      outcome: 'served',
      node_uuid: waiting.uuid,
      node_name: 'node-7',
      server: 'api-1',
      client: '127.0.0.1',
    }
    expect(events).toMatchObject([
      { ...both, kind: 'lookup', mac: macOf.waiting, provision_state: 'wait call-back' },
      { ...both, kind: 'heartbeat', name: 'end' },
      {
        kind: 'inspection',
        outcome: 'served',
        mac: macOf.inspected,
        node_uuid: inspected.uuid,
        node_name: 'inspected',
      },
    ])
  })

  it('are those in vain, too', async () => {
    const down = () => {
      throw new BootringError('ConductorUnreachable', 'c1 is down')
    }
    const { ask, events, reader } = await recording({ get_node_with_token: down })
    await ask('GET', '/v1/lookup?addresses=02:00:00:00:00:01', { version: '1.62' })
    await ask('GET', `/v1/lookup?addresses=${macOf.waiting}`, { version: '1.62' })
    expect(events).toMatchObject([
      { kind: 'lookup', outcome: 'refused', code: 'NotFound', mac: '02:00:00:00:00:01', node_uuid: null },
      { kind: 'lookup', code: 'ConductorUnreachable', node_uuid: waiting.uuid, reason: 'c1 is down' },
    ])
    // While nobody is inspected nothing is read of what is handed over.
    reader.allNodes.splice(0, Number.POSITIVE_INFINITY, waiting)
    for (const query of [`?node_uuid=${inspected.uuid}`, '?node_uuid=a&node_uuid=b'])
      expect((await ask('POST', `/v1/continue_inspection${query}`, { body: '{' })).status).toBe(404)
    const inVain = { kind: 'inspection', outcome: 'refused', code: 'NotFound', mac: null }
    expect(events.slice(2)).toMatchObject([
      { ...inVain, node_uuid: inspected.uuid },
      { ...inVain, node_uuid: null },
    ])
  })
})
