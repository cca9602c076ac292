import { createHash } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import {
  brokenStore,
  failure,
  fixedConductors,
  fixedRings,
  fixedStore,
  mac,
  script,
  target,
  unknownMac,
} from '../../../test/support/boot-fakes.ts'
import { type Changes, startBootServer } from '../../../test/support/boot-server.ts'
import { ask, header } from '../../../test/support/boot-wire.ts'
import type { BootEvent } from '../../model/boot-events.ts'
import type { BootFacts } from './boot-decision.ts'
import { RefusalClock } from './refusal-clock.ts'
import { scriptEvent } from './script-event.ts'

const path = '/v1/boot/52-54-00-12-34-56/boot.ipxe'

/** The answer to one request, and the event that was made of it. */
async function asked(requestLines: string, changes: Changes = {}) {
  const events: BootEvent[] = []
  const route = { events: { record: (event: BootEvent) => void events.push(event) }, server: 'api-1', ...changes.route }
  const { address } = await startBootServer({ ...changes, route })
  const response = await ask(address, requestLines)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  return { event: events[0] as BootEvent, response }
}

it('says what was served, from whom, to whom, and where the time went', async () => {
  const { event, response } = await asked(`GET ${path} HTTP/1.1\r\nUser-Agent: iPXE/1.21.1`)
  expect(event).toEqual({
    at: expect.any(Number),
    kind: 'script',
    mac,
    node_uuid: target.nodeUuid,
    node_name: 'rack1-n1',
    client: '127.0.0.1',
    server: 'api-1',
    request_id: header(response, 'X-Openstack-Request-Id'),
    outcome: 'served',
    code: null,
    reason: null,
    name: 'boot.ipxe',
    provision_state: 'wait call-back',
    owner: event.conductor,
    conductor: expect.any(String),
    milliseconds: expect.any(Number),
    steps: ['node', 'ring', event.conductor].map((step) => ({ step, milliseconds: expect.any(Number) })),
    bytes: Buffer.byteLength(script),
    sha256: createHash('sha256').update(script).digest('hex'),
    user_agent: 'iPXE/1.21.1',
  })
})

it('is made of a refusal before that leaves: those that leave behind it would tell by their delay how much there was to note down', async () => {
  const order: string[] = []
  const refusalClock = new RefusalClock(10, {
    now: () => 0,
    after: (_, tick) => {
      setImmediate(() => {
        order.push('tick')
        tick()
      })
    },
  })
  const events = { record: () => void order.push('event') }
  const { address } = await startBootServer({ route: { events, refusalClock } })
  const response = await ask(address, `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`)
  expect(response.status).toBe(404)
  expect(order).toEqual(['event', 'tick'])
})

it('leaves no trace of an API that is asked for nobody, as preflight asks', async () => {
  const events: BootEvent[] = []
  const route = { events: { record: (event: BootEvent) => void events.push(event) } }
  const { address } = await startBootServer({ route })
  await ask(address, 'GET /v1/boot/00-00-00-00-00-00/boot.ipxe HTTP/1.1')
  await ask(address, `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`)
  await vi.waitFor(() => expect(events.at(-1)?.mac).toBe(unknownMac))
  expect(events).toHaveLength(1)
})

it("reads the user agent from requests that are Node's, too", async () => {
  const { event } = await asked(`HEAD ${path} HTTP/1.1\r\nUser-Agent: UefiHttpBoot/1.0`)
  expect(event).toMatchObject({ outcome: 'served', user_agent: 'UefiHttpBoot/1.0' })
})

it.each<[string, string, Changes, Partial<BootEvent>]>([
  [
    'an unknown address',
    `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`,
    {},
    { outcome: 'refused', code: 'PortNotFound', mac: unknownMac, node_uuid: null, steps: [expect.anything()] },
  ],
  [
    'nonsense',
    'GET /v1/boot/a/b/c HTTP/1.1',
    {},
    { outcome: 'refused', code: 'UnknownBootFile', mac: null, steps: [] },
  ],
  [
    'a node that may not boot',
    `GET ${path} HTTP/1.1`,
    { decision: { nodes: fixedStore({ provisionState: 'active' }) } },
    { outcome: 'refused', code: 'StateForbidsBoot', node_uuid: target.nodeUuid, provision_state: 'active' },
  ],
  [
    'a database that is away',
    `GET ${path} HTTP/1.1`,
    { decision: { nodes: brokenStore() } },
    { outcome: 'unavailable', code: 'DatabaseUnavailable', mac, node_uuid: null },
  ],
])('says why %s got nothing', async (_, requestLine, changes, expected) => {
  const { event } = await asked(requestLine, changes)
  expect(event).toMatchObject({ bytes: null, sha256: null, conductor: null, ...expected })
  expect(event.reason).toMatch(/\w/)
})

it('tells an owner that had not answered from one that could not', () => {
  const attempts = [
    { conductor: 'owner', milliseconds: 9, error: { code: 'ConductorUnreachable', message: 'm', timedOut: true } },
    { conductor: 'third', milliseconds: 5, overtaken: true },
    { conductor: 'other', milliseconds: 2, hedge: true },
  ] as const
  const facts = { requestId: 'r', macText: mac, fileName: 'boot.ipxe', order: ['owner'] }
  const request = { milliseconds: 1, remoteAddress: undefined, userAgent: undefined, server: 'api-1' }
  const stepsOf = (more: Pick<BootFacts, 'attempts' | 'passedBy'>) =>
    scriptEvent({ outcome: 'served', script, conductor: 'other', facts: { ...facts, ...more } }, request).steps
  expect(stepsOf({ attempts })).toEqual([
    { step: 'owner', milliseconds: 9, error: 'ConductorUnreachable', late: true },
    { step: 'third', milliseconds: 5, late: true },
    { step: 'other', milliseconds: 2 },
  ])
  const asked = attempts.slice(2)
  expect(stepsOf({ attempts: asked, passedBy: { conductor: 'owner', why: 'late' } })).toEqual([
    { step: 'owner', milliseconds: 0, late: true, passedBy: true },
    { step: 'other', milliseconds: 2 },
  ])
  expect(stepsOf({ attempts: asked, passedBy: { conductor: 'owner', why: 'failed' } })[0]).toEqual({
    step: 'owner',
    milliseconds: 0,
    passedBy: true,
  })
})

it('names the conductor that stood in, and what the owner did', async () => {
  const conductors = fixedConductors({ owner: failure('ConductorUnreachable'), other: script })
  const { event } = await asked(`GET ${path} HTTP/1.1`, {
    decision: { rings: fixedRings('owner', 'other'), conductors },
  })
  expect(event).toMatchObject({ outcome: 'served', owner: 'owner', conductor: 'other' })
  expect(event.steps.slice(2)).toEqual([
    { step: 'owner', milliseconds: expect.any(Number), error: 'ConductorUnreachable' },
    { step: 'other', milliseconds: expect.any(Number) },
  ])
})
