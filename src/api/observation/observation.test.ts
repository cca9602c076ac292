import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aBootEvent } from '../../../test/support/a-boot-event.ts'
import { bootDecision, fixedStore, mac, script, target, unknownMac } from '../../../test/support/boot-fakes.ts'
import { startBootServer } from '../../../test/support/boot-server.ts'
import { MemoryBootEvents } from '../../../test/support/memory-boot-events.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import { startRestServer } from '../../../test/support/rest-server.ts'
import { seesAll } from '../../events/timeline/sight.ts'
import type { Conductor } from '../../model/conductor.ts'
import type { JsonObject } from '../../model/node.ts'
import type { FoundNode, NodeFinder, NodeSearch } from '../../model/node-finder.ts'
import { packEvents } from '../../model/packed-events.ts'
import { Membership } from '../../ring/membership.ts'
import { AllowedNetworks } from '../boot/allowed-networks.ts'
import { Explainer } from '../explanation.ts'
import { LiveBoots } from './live-boots.ts'
import type { ObservationParts } from './observation.ts'

const conductor = (hostname: string, changes: Partial<Conductor> = {}): Conductor => ({
  id: 1,
  hostname,
  conductorGroup: '',
  alive: true,
  online: true,
  updatedAt: new Date(1_000),
  drivers: ['fake-hardware'],
  ...changes,
})

const node = (id: number, changes: Partial<FoundNode> = {}): FoundNode => ({
  id,
  uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  name: `n${id}`,
  driver: 'fake-hardware',
  conductorGroup: '',
  provisionState: 'wait call-back',
  bootInterface: 'ipxe',
  maintenance: false,
  lastError: null,
  ...changes,
})

/** Nodes in memory, each with one NIC; text is part of a name. */
function finderOf(nodes: readonly FoundNode[]): NodeFinder {
  return {
    find: async ({ afterId = 0, text = '', withError, ...same }: NodeSearch, limit) =>
      nodes
        .filter(({ id, name }) => id > afterId && (name ?? '').includes(text))
        .filter((one) => withError === undefined || (one.lastError !== null) === withError)
        .filter((one) =>
          Object.entries(same).every(([name, value]) => value === undefined || Object(one)[name] === value),
        )
        .slice(0, limit),
    one: async (ident) => nodes.find(({ name, uuid }) => uuid === ident || name === ident),
    macs: async (ids) => new Map(ids.map((id) => [id, [mac]])),
    states: async () =>
      [...Map.groupBy(nodes, (one) => one.provisionState)].map(([provisionState, all]) => ({
        provisionState,
        nodes: all.length,
      })),
    counts: async () => ({
      maintenance: 1,
      withError: 2,
      drivers: [{ name: 'fake-hardware', nodes: 3 }],
      bootInterfaces: [{ name: 'ipxe', nodes: 3 }],
    }),
  }
}

interface Fleet {
  nodes?: FoundNode[]
  conductors?: Conductor[]
  store?: MemoryBootEvents
  changes?: Partial<ObservationParts>
}

function observationOf({ changes, conductors = [conductor('one'), conductor('two')], nodes = [], store }: Fleet) {
  const membership = new Membership(conductors, { algorithm: 'md5', partitionExponent: 5 })
  const logger = recordingLogger()
  const parts: ObservationParts = {
    finder: finderOf(nodes),
    rings: { membership: async () => membership },
    explainer: new Explainer({
      decision: bootDecision({ nodes: fixedStore() }),
      rings: { order: async () => ['one', 'two'], conductors: async () => conductors },
      allowedNetworks: new AllowedNetworks(['0.0.0.0/0', '::/0']),
      restrictBootConfig: true,
      addressOf: () => undefined,
      events: store,
    }),
    ...(store && {
      events: {
        reader: store,
        counts: () => ({ kept: store.all.length, dropped: 3 }),
        sight: seesAll,
        live: new LiveBoots(store, { logger, pollMilliseconds: 10 }),
      },
    }),
    scriptsOf: async (uuid) => [{ state: 'clean wait', name: 'boot.ipxe', script: `#!ipxe\n# ${uuid}`, error: null }],
    access: { kind: 'open' },
    logger,
    version: '1.2.3',
    mode: 'standalone',
    server: 'api-1',
    restrictBootConfig: true,
    ...changes,
  }
  return parts
}

async function serverOf(fleet: Fleet = {}) {
  const observation = observationOf(fleet)
  const server = await startRestServer({}, {}, { observation })
  const get = async (path: string) => await server.ask('GET', `/v1/bootring/${path}`, { version: '' })
  return { ...server, get, observation }
}

it("shows a node's boot files by state", async () => {
  const { get } = await serverOf({ nodes: [node(1)] })
  const { body, status } = await get(`nodes/${node(1).uuid}/scripts`)
  expect(status).toBe(200)
  expect(body).toEqual({
    scripts: [{ state: 'clean wait', name: 'boot.ipxe', script: `#!ipxe\n# ${node(1).uuid}`, error: null }],
  })
  expect((await get('nodes/nobody/scripts')).status).toBe(404)
})

describe('the overview', () => {
  it('counts nodes by state and names conductors', async () => {
    const { get } = await serverOf({
      nodes: [node(1), node(2, { provisionState: null }), node(3, { provisionState: 'available' })],
      conductors: [conductor('one'), conductor('two', { alive: false, draining: true, updatedAt: null })],
      store: new MemoryBootEvents(),
    })
    const { body, status } = await get('overview')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      version: '1.2.3',
      mode: 'standalone',
      server: 'api-1',
      nodes: 3,
      states: [
        { state: 'available', nodes: 2 },
        { state: 'wait call-back', nodes: 1 },
      ],
      conductors: [
        { hostname: 'one', conductor_group: '', hardware_types: ['fake-hardware'], alive: true, draining: false },
        { hostname: 'two', alive: false, draining: true, last_heartbeat: null },
      ],
      events: { enabled: true, kept: 0, dropped: 3 },
    })
    expect((body.conductors as JsonObject[])[0]?.last_heartbeat).toBe(1_000)
  })

  it('says that events are off', async () => {
    const { get } = await serverOf()
    expect((await get('overview')).body.events).toEqual({ enabled: false, kept: 0, dropped: 0 })
    expect((await get('boots')).body).toEqual({ boots: [], next: null })
    expect((await get('events')).body).toEqual({ events: [], next: null })
    expect((await get('live')).status).toBe(404)
  })
})

describe('the picture of the rings', () => {
  it('shows shares, places and nodes that nobody owns', async () => {
    const nodes = Array.from({ length: 100 }, (_, i) => node(i + 1, i === 7 ? { conductorGroup: 'rack9' } : {}))
    const conductors = [conductor('one'), conductor('two'), conductor('dead', { alive: false })]
    const { body } = await (await serverOf({ nodes, conductors })).get('ring')
    const [first, second] = body.rings as {
      name: string
      conductors: { hostname: string; alive: boolean; share: number; nodes: number }[]
      nodes: [string, string, string, number][]
      arcs: [number, number, string][]
    }[]
    expect([first?.name, second?.name]).toEqual([':fake-hardware', 'rack9:fake-hardware'])
    expect(first?.conductors.map(({ alive, hostname }) => [hostname, alive])).toEqual([
      ['one', true],
      ['two', true],
      ['dead', false],
    ])
    const shares = first?.conductors.map(({ share }) => share) ?? []
    expect(shares[2]).toBe(0)
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
    expect(first?.conductors.reduce((sum, one) => sum + one.nodes, 0)).toBe(99)
    for (const [, , owner, point] of first?.nodes ?? []) {
      expect(first?.arcs.find(([from, to]) => from <= point && point < to)?.[2]).toBe(owner)
    }
    expect(second).toMatchObject({ conductors: [], arcs: [], nodes: [[nodes[7]?.uuid, 'n8', null, null]] })
  })

  it('draws a part of a large fleet, and counts all of it', async () => {
    const nodes = Array.from({ length: 4500 }, (_, i) => node(i + 1))
    const { body } = await (await serverOf({ nodes })).get('ring')
    const [ring] = body.rings as { nodes: unknown[]; conductors: { nodes: number }[] }[]
    expect(ring?.nodes.length).toBe(1500)
    expect(ring?.conductors.reduce((sum, one) => sum + one.nodes, 0)).toBe(4500)
  })
})

describe('the search for nodes', () => {
  const nodes = Array.from({ length: 12 }, (_, i) => node(i + 1))

  it('gives pages', async () => {
    const { get } = await serverOf({ nodes })
    const { body } = await get('nodes?limit=10')
    expect((body.nodes as JsonObject[])[0]).toEqual({
      uuid: nodes[0]?.uuid,
      name: 'n1',
      provision_state: 'wait call-back',
      driver: 'fake-hardware',
      boot_interface: 'ipxe',
      conductor_group: '',
      owner: expect.stringMatching(/^(one|two)$/),
      macs: [mac],
      maintenance: false,
      last_error: null,
      may_boot: true,
    })
    expect(body.next).toBe(nodes[9]?.uuid)
    const second = await get(`nodes?limit=10&marker=${body.next}`)
    expect([(second.body.nodes as unknown[]).length, second.body.next]).toEqual([2, null])
  })

  it('finds those of one owner', async () => {
    const { get } = await serverOf({ nodes })
    const ones = (await get('nodes?owner=one')).body.nodes as JsonObject[]
    const twos = (await get('nodes?owner=two')).body.nodes as JsonObject[]
    expect(ones.length + twos.length).toBe(12)
    expect(new Set(ones.map(({ owner }) => owner))).toEqual(new Set(['one']))
  })

  it('finds those in maintenance, with an error, of one driver, of one boot interface', async () => {
    const { get } = await serverOf({
      nodes: [
        node(1, { maintenance: true }),
        node(2, { lastError: 'no power' }),
        node(3, { driver: 'ipmi' }),
        node(4, { bootInterface: 'pxe' }),
        node(5, { maintenance: true, lastError: 'no power' }),
      ],
    })
    const names = async (query: string) =>
      ((await get(`nodes?${query}`)).body.nodes as JsonObject[]).map(({ name }) => name)
    expect(await names('maintenance=true')).toEqual(['n1', 'n5'])
    expect(await names('maintenance=false&error=false')).toEqual(['n3', 'n4'])
    expect(await names('error=true')).toEqual(['n2', 'n5'])
    expect(await names('error=true&maintenance=true')).toEqual(['n5'])
    expect(await names('driver=ipmi')).toEqual(['n3'])
    expect(await names('boot_interface=pxe')).toEqual(['n4'])
    expect((await get('counts')).body).toEqual({
      maintenance: 1,
      error: 2,
      drivers: [{ name: 'fake-hardware', nodes: 3 }],
      boot_interfaces: [{ name: 'ipxe', nodes: 3 }],
    })
  })

  it('finds those that were served no script of late, in pages, with one look at the events', async () => {
    const store = new MemoryBootEvents()
    const now = Date.now()
    const { uuid: lately } = node(2)
    await store.append(
      packEvents([
        aBootEvent({ node_uuid: node(1).uuid, at: now - 2 * 3_600_000 }),
        aBootEvent({ node_uuid: lately, at: now - 600_000 }),
        aBootEvent({ node_uuid: node(3).uuid, at: now - 600_000, outcome: 'refused', code: 'StateForbidsBoot' }),
        aBootEvent({ node_uuid: node(4).uuid, at: now - 600_000, kind: 'heartbeat' }),
      ]),
    )
    let looks = 0
    const served = store.servedNodes.bind(store)
    store.servedNodes = (since) => {
      looks += 1
      return served(since)
    }
    const { get } = await serverOf({ nodes: nodes.slice(0, 4), store })
    const first = (await get('nodes?unserved_minutes=60&limit=2')).body
    const second = (await get(`nodes?unserved_minutes=60&limit=2&marker=${first.next}`)).body
    const found = [first, second].flatMap((page) => page.nodes as JsonObject[])
    expect(found.map(({ name }) => name)).toEqual(['n1', 'n3', 'n4'])
    expect([second.next, looks]).toEqual([null, 1])
    expect(((await get('nodes?unserved_minutes=180')).body.nodes as JsonObject[]).length).toBe(2)
    expect(looks).toBe(2)
    expect((await (await serverOf({ nodes })).get('nodes?unserved_minutes=60')).status).toBe(400)
  })

  it('refuses what it does not know', async () => {
    const { get } = await serverOf({ nodes })
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'x=1', 'marker=x', 'maintenance=x', 'unserved_minutes=0'])
      expect((await get(`nodes?${query}`)).status, query).toBe(400)
    expect((await get(`nodes?marker=${node(99).uuid}`)).status).toBe(404)
    expect((await get('nodes/nobody')).status).toBe(404)
  })
})

describe('explanations', () => {
  it('go with a node, of its first NIC or of another one', async () => {
    const { get } = await serverOf({ nodes: [node(1)] })
    const { body } = await get('nodes/n1')
    expect(body).toMatchObject({
      name: 'n1',
      macs: [mac],
      explanation: {
        mac,
        outcome: 'served',
        conductor: 'one',
        script,
        node: { uuid: target.nodeUuid, may_boot: true },
      },
    })
    const other = await get(`nodes/n1?mac=${unknownMac}`)
    expect(other.body.explanation).toMatchObject({ mac: unknownMac, outcome: 'refused', code: 'PortNotFound' })
    expect((await get('nodes/n1?mac=x')).status).toBe(400)
  })

  it('come by MAC, with the last boots', async () => {
    const store = new MemoryBootEvents()
    await store.append(packEvents([aBootEvent({ mac, at: Date.now() - 1000 })]))
    const { get } = await serverOf({ store })
    expect((await get(`explain/${mac.replaceAll(':', '-').toUpperCase()}`)).body).toMatchObject({
      mac,
      outcome: 'served',
      boots: [{ mac, verdict: 'under way', events: 1 }],
    })
    expect((await get('explain/nonsense')).body).toMatchObject({ code: 'MalformedMac', boots: [] })
  })
})

describe('boots, events and figures', () => {
  async function serverWithBoots() {
    const store = new MemoryBootEvents()
    const now = Date.now()
    for (let i = 0; i < 30; i++) {
      const mine = {
        node_uuid: node(i).uuid,
        node_name: `n${i}`,
        mac: `52:54:00:00:00:${i + 10}`,
        client: `192.0.2.${i}`,
      }
      const at = now - 3_600_000 + i * 60_000
      const state = { outcome: 'refused', code: 'StateForbidsBoot', reason: 'no' } as const
      await store.append(packEvents([aBootEvent({ ...mine, at, ...(i % 2 === 1 && state) })]))
    }
    return { store, now, ...(await serverOf({ nodes: [node(3)], store })) }
  }

  it('come in pages, newest first', async () => {
    const { get } = await serverWithBoots()
    const seen: unknown[] = []
    let path = 'boots?limit=12'
    for (let pages = 0; pages < 3; pages++) {
      const { body } = await get(path)
      seen.push(...(body.boots as JsonObject[]).map(({ id }) => id))
      path = `boots?limit=12&before=${body.next}`
      if (pages === 2) expect(body.next).toBeNull()
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i))
  })

  it('are filtered', async () => {
    const { get, now } = await serverWithBoots()
    const ids = async (query: string) => ((await get(`boots?${query}`)).body.boots as JsonObject[]).map(({ id }) => id)
    expect(await ids('node=n3')).toEqual([4])
    expect(await ids('mac=52-54-00-00-00-13')).toEqual([4])
    expect(await ids('client=::ffff:192.0.2.3')).toEqual([4])
    expect(await ids('verdict=state+does+not+allow&limit=2')).toEqual([30, 28])
    expect(await ids(`since=${now - 3_600_000 + 28 * 60_000}`)).toEqual([30, 29])
    expect(await ids(`until=${now - 3_600_000 + 2 * 60_000}`)).toEqual([2, 1])
    for (const query of ['verdict=fine', 'mac=x', 'client=x']) expect((await get(`boots?${query}`)).status).toBe(400)
    expect((await get('boots?node=nobody')).status).toBe(404)
  })

  it('are shown event by event', async () => {
    const { get } = await serverWithBoots()
    const newest = (await get('events?limit=2')).body
    expect([(newest.events as JsonObject[]).map(({ id }) => id), newest.next]).toEqual([[30, 29], 29])
    const oldest = (await get('events?after=0&limit=2&kind=script')).body
    expect([(oldest.events as JsonObject[]).map(({ id }) => id), oldest.next]).toEqual([[1, 2], 2])
    expect((await get('events?kind=file')).body).toEqual({ events: [], next: null })
    expect((await get('events?kind=x')).status).toBe(400)
  })

  it('are counted, with every minute of the span', async () => {
    const { get } = await serverWithBoots()
    const minutes = (await get('figures?minutes=90')).body.minutes as { at: number; served: number; refused: number }[]
    expect(minutes.length).toBe(90)
    expect(minutes.map(({ at }) => at % 60_000).every((rest) => rest === 0)).toBe(true)
    const count = (name: 'served' | 'refused') => minutes.reduce((sum, minute) => sum + minute[name], 0)
    expect([count('served'), count('refused')]).toEqual([15, 15])
    expect((await get('figures?minutes=0')).status).toBe(400)
  })
})

describe('access', () => {
  const access: ObservationParts['access'] = {
    kind: 'basic',
    authenticate: async (header) => (header === 'Basic reader' ? { user: 'reader' } : 'missing'),
    readOnlyUsers: new Set(['reader']),
  }
  const paths = ['overview', 'ring', 'nodes', 'nodes/n1', `explain/${mac}`, 'boots', 'events', 'live', 'figures']

  it('is that of management, also where nothing else is there', async () => {
    const observation = observationOf({ nodes: [node(1)], changes: { access, mode: 'attached' } })
    const { address } = await startBootServer({ server: { observation } })
    const root = `http://127.0.0.1:${address.port}`
    const status = async (path: string, headers = {}) => (await fetch(root + path, { headers })).status
    for (const path of paths) expect(await status(`/v1/bootring/${path}`), path).toBe(401)
    const headers = { Authorization: 'Basic reader' }
    for (const path of paths.filter((path) => path !== 'live'))
      expect(await status(`/v1/bootring/${path}`, headers), path).toBe(200)
    for (const path of ['/v1', '/v1/nodes', '/v1/openapi.json', '/v1/bootring'])
      expect(await status(path, headers)).toBe(404)
    expect(await status('/')).toBe(200)
    const bad = await fetch(`${root}/v1/bootring/nodes?limit=0`, { headers })
    expect(JSON.parse(((await bad.json()) as { error_message: string }).error_message).faultstring).toMatch(/limit/)
  })

  it('is that of management where management is there', async () => {
    const observation = observationOf({})
    const { ask } = await startRestServer({}, { access }, { observation })
    for (const path of paths) expect((await ask('GET', `/v1/bootring/${path}`)).status, path).toBe(401)
  })
})

describe('live boots', () => {
  /** Reads server-sent events until there are so many of kind `boot`. */
  async function readLive(url: string, count: number, headers: Record<string, string> = {}) {
    const abort = new AbortController()
    onTestFinished(() => abort.abort())
    const response = await fetch(url, { headers, signal: abort.signal })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8')
    let text = ''
    const events: { id: number; boot: JsonObject }[] = []
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk)
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const [, id, data] = /^event: boot\nid: (\d+)\ndata: (.*)$/.exec(part) ?? []
        if (data !== undefined) events.push({ id: Number(id), boot: JSON.parse(data) })
      }
      if (events.length >= count) break
    }
    abort.abort()
    return events
  }

  it('come as they go on, and again from where a listener was', async () => {
    const store = new MemoryBootEvents()
    await store.append(packEvents([aBootEvent({ at: Date.now() - 500 })]))
    const { address, observation } = await serverOf({ store })
    const url = `http://127.0.0.1:${address.port}/v1/bootring/live`
    const live = readLive(url, 1)
    await expect.poll(() => observation.events?.live.listeners).toBe(1)
    await store.append(packEvents([aBootEvent({ kind: 'file', name: 'deploy_kernel', bytes: 100, at: Date.now() })]))
    expect(await live).toMatchObject([{ id: 2, boot: { id: 1, events: 2, verdict: 'under way' } }])
    await expect.poll(() => observation.events?.live.listeners).toBe(0)
    await store.append(packEvents([aBootEvent({ kind: 'lookup', at: Date.now() })]))
    const resumed = await readLive(url, 1, { 'Last-Event-ID': '2' })
    expect(resumed).toMatchObject([{ id: 3, boot: { id: 1, events: 3, verdict: 'booted' } }])
    expect(await readLive(`${url}?after=1`, 1)).toMatchObject([{ id: 3, boot: { id: 1 } }])
  })

  it('keep no place for somebody who was gone before it was known who that is', async () => {
    const live = new LiveBoots(new MemoryBootEvents(), { logger: recordingLogger() })
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    await once(response.destroy(), 'close')
    await live.listen(response, undefined)
    expect(live.listeners).toBe(0)
  })

  it('are told to nobody whose answer the end of the server has ended first', async () => {
    const live = new LiveBoots(new MemoryBootEvents(), { logger: recordingLogger() })
    const listening = live.listen(new ServerResponse(new IncomingMessage(new Socket())), undefined)
    live.close()
    await expect(listening).resolves.toBeUndefined()
  })

  it('take no place of those that manage, and end when the server does', async () => {
    const store = new MemoryBootEvents()
    const observation = observationOf({ store })
    const limits = { maxManagementRequests: 2, minManagementRequests: 2 }
    const server = await startBootServer({ server: { observation, limits } })
    const root = `http://127.0.0.1:${server.address.port}/v1/bootring`
    const listeners = []
    for (let i = 0; i < 64; i++) listeners.push(await fetch(`${root}/live`))
    expect(observation.events?.live.listeners).toBe(64)
    expect((await fetch(`${root}/live`)).status).toBe(503)
    expect((await fetch(`${root}/overview`)).status).toBe(200)
    await server.close()
    const texts = await Promise.all(listeners.map((response) => response.text()))
    expect(new Set(texts)).toEqual(new Set(['retry: 3000\n\n']))
  })

  it('cut off whoever does not read', async () => {
    const store = new MemoryBootEvents()
    const { address, observation } = await serverOf({ store })
    await fetch(`http://127.0.0.1:${address.port}/v1/bootring/live`)
    expect(observation.events?.live.listeners).toBe(1)
    const reason = 'x'.repeat(1000)
    let machines = 0
    const refused = () => {
      machines += 1
      return aBootEvent({
        node_uuid: null,
        mac: `52:54:00:00:${hexOf(machines >> 8)}:${hexOf(machines & 255)}`,
        outcome: 'refused',
        reason,
        at: Date.now(),
      })
    }
    await expect
      .poll(
        async () => {
          await store.append(packEvents(Array.from({ length: 100 }, refused)))
          return observation.events?.live.listeners
        },
        { timeout: 20_000, interval: 5 },
      )
      .toBe(0)
  })
})

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
