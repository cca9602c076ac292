import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brokenStore,
  emptyRings,
  failure,
  fixedConductors,
  fixedStore,
  mac,
  ringsWithOthers,
  ringsWithoutNode,
  script,
  unknownMac,
} from '../../../test/support/boot-fakes.ts'
import { type Changes, startBootServer } from '../../../test/support/boot-server.ts'
import { ask, exchange, header, parse, withoutIdentity } from '../../../test/support/boot-wire.ts'
import { AllowedNetworks } from './allowed-networks.ts'

const path = '/v1/boot/52-54-00-12-34-56/boot.ipxe'

describe('a script', () => {
  it('comes as plain text with its length in bytes, never stored', async () => {
    const { address } = await startBootServer()
    const response = await ask(address, `GET ${path} HTTP/1.1`)
    expect(response.status).toBe(200)
    expect(response.body).toBe(script)
    expect(Buffer.byteLength(script)).toBeGreaterThan(script.length)
    expect(withoutIdentity(response).headers).toEqual([
      ['Content-Type', 'text/plain'],
      ['Content-Length', String(Buffer.byteLength(script))],
      ['Cache-Control', 'no-store'],
      ['X-Openstack-Request-Id', '…'],
      ['Date', '…'],
      ['Connection', 'close'],
    ])
    expect(header(response, 'X-Openstack-Request-Id')).toMatch(/^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  it.each(['52:54:00:12:34:56', '52-54-00-12-34-56', '52%3A54%3A00%3A12%3A34%3A56', '52-54-00-12-34-56'.toUpperCase()])(
    'is found under %s',
    async (text) => {
      const { address } = await startBootServer()
      expect((await ask(address, `GET /v1/boot/${text}/boot.ipxe HTTP/1.1`)).body).toBe(script)
    },
  )

  it('is never compressed, nor cut to a range, whatever the client says it can take', async () => {
    const { address } = await startBootServer()
    const plain = await ask(address, `GET ${path} HTTP/1.1`)
    const response = await ask(
      address,
      `GET ${path} HTTP/1.1`,
      'Accept-Encoding: gzip, br',
      'Range: bytes=0-3',
      'Accept: application/json',
      'If-None-Match: *',
    )
    expect(withoutIdentity(response)).toEqual(withoutIdentity(plain))
  })

  it('goes to HTTP/1.0, without a Host, and is the end of that connection', async () => {
    const { address } = await startBootServer()
    const response = parse(await exchange(address, `GET ${path} HTTP/1.0\r\n\r\n`))
    expect([response.status, response.body]).toEqual([200, script])
    expect(header(response, 'Connection')).toBe('close')
  })

  it('goes to firmware that expects to be told to continue, without telling it', async () => {
    const { address } = await startBootServer()
    for (const expectation of ['100-continue', 'something else']) {
      const response = await ask(address, `GET ${path} HTTP/1.1`, `Expect: ${expectation}`)
      expect([response.statusLine, response.body]).toEqual(['HTTP/1.1 200 OK', script])
    }
  })

  it('is told from its headers by HEAD', async () => {
    const { address } = await startBootServer()
    const get = withoutIdentity(await ask(address, `GET ${path} HTTP/1.1`))
    const head = withoutIdentity(await ask(address, `HEAD ${path} HTTP/1.1`))
    expect(head).toEqual({ ...get, body: '' })
  })
})

/** Every way not to get a script that depends on the address, the node, the file or the client. */
const refusals: [name: string, changes: Changes, requestLine?: string][] = [
  ['a malformed MAC', {}, 'GET /v1/boot/52-54-00-12-34/boot.ipxe HTTP/1.1'],
  ['a mixed MAC', {}, 'GET /v1/boot/52:54-00:12-34:56/boot.ipxe HTTP/1.1'],
  ['an unknown MAC', {}, `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`],
  ['a node in a state that may not boot', { decision: { nodes: fixedStore({ provisionState: 'active' }) } }],
  ['an unknown name', {}, `GET /v1/boot/${mac}/initrd.img HTTP/1.1`],
  ['no conductor for the node', { decision: { rings: ringsWithoutNode() } }],
  ['dead conductors', { decision: { conductors: fixedConductors({}) } }],
  [
    'conductors that never answer',
    { decision: { conductors: fixedConductors({ one: 'never', two: 'never' }), attemptTimeoutSeconds: 0.01 } },
  ],
  ['a missing file', { decision: { conductors: fixedConductors({ one: failure('BootConfigUnavailable') }) } }],
  ['an empty file', { decision: { conductors: fixedConductors({ one: '' }) } }],
  [
    'an unsupported interface',
    { decision: { conductors: fixedConductors({ one: failure('UnsupportedDriverExtension') }) } },
  ],
  [
    "the node's conductors' own database gone",
    {
      decision: {
        rings: ringsWithOthers('one', 'two'),
        conductors: fixedConductors({ one: failure('DatabaseUnavailable') }),
      },
    },
  ],
  ['a network outside the list', { route: { allowedNetworks: new AllowedNetworks(['192.0.2.0/24']) } }],
  ['a mistake of our own', { decision: { nodes: brokenStore(new TypeError('a mistake')) } }],
  ['a shorter path', {}, 'GET /v1/boot HTTP/1.1'],
  ['a shorter path with a slash', {}, 'GET /v1/boot/ HTTP/1.1'],
  ['no name', {}, `GET /v1/boot/${mac} HTTP/1.1`],
  ['an empty name', {}, `GET /v1/boot/${mac}/ HTTP/1.1`],
  ['a deeper path', {}, `GET /v1/boot/${mac}/boot.ipxe/x HTTP/1.1`],
  ['dots', {}, `GET /v1/boot/${mac}/../boot.ipxe HTTP/1.1`],
  ['dots in the end', {}, `GET /v1/boot/${mac}/.. HTTP/1.1`],
  ['encoded dots', {}, `GET /v1/boot/${mac}/%2e%2e%2fboot.ipxe HTTP/1.1`],
  ['an encoded NUL', {}, `GET /v1/boot/${mac}/boot.ipxe%00 HTTP/1.1`],
  ['10 kB of name', {}, `GET /v1/boot/${mac}/${'a'.repeat(10_000)} HTTP/1.1`],
  ['a bad percent-encoding', {}, `GET /v1/boot/${mac}/%zz HTTP/1.1`],
  ['bytes that are no UTF-8', {}, `GET /v1/boot/%ff/%c0%af HTTP/1.1`],
  ['POST', {}, `POST ${path} HTTP/1.1`],
  ['OPTIONS', {}, `OPTIONS ${path} HTTP/1.1`],
  ['DELETE', {}, `DELETE ${path} HTTP/1.1`],
  ['PROPFIND', {}, `PROPFIND ${path} HTTP/1.1`],
  ['TRACE', {}, `TRACE ${path} HTTP/1.1`],
]

describe('a refusal', () => {
  it.each(refusals)('for %s is the same 404', async (_name, changes, requestLine = `GET ${path} HTTP/1.1`) => {
    const { address } = await startBootServer(changes)
    const response = withoutIdentity(await ask(address, requestLine))
    expect(response).toEqual({
      statusLine: 'HTTP/1.1 404 Not Found',
      status: 404,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Content-Length', '10'],
        ['Cache-Control', 'no-store'],
        ['X-Openstack-Request-Id', '…'],
        ['Date', '…'],
        ['Connection', 'close'],
      ],
      body: 'Not Found\n',
    })
    const head = withoutIdentity(await ask(address, requestLine.replace(/^\w+/, 'HEAD')))
    if (!/^(POST|OPTIONS|DELETE|PROPFIND|TRACE)/.test(requestLine)) expect(head).toEqual({ ...response, body: '' })
  })

  it('is the same on a connection that is kept', async () => {
    const { address } = await startBootServer({ decision: { nodes: fixedStore({ provisionState: 'active' }) } })
    const request = (text: string) => `GET /v1/boot/${text}/boot.ipxe HTTP/1.1\r\nHost: h\r\n`
    const all = await exchange(
      address,
      `${request(mac)}\r\n${request(unknownMac)}\r\n${request('x')}Connection: close\r\n\r\n`,
    )
    const [first, second, third, none] = all
      .replace(/^(Date|X-Openstack-Request-Id): .*$/gm, '$1: …')
      .split(/(?=HTTP\/1\.1)/)
    expect(first).toContain('Connection: keep-alive')
    expect(second).toBe(first)
    expect(third?.startsWith('HTTP/1.1 404')).toBe(true)
    expect(none).toBeUndefined()
  })

  it('answers any method and any target below /v1/boot alike', { timeout: 60_000 }, async () => {
    const { address } = await startBootServer()
    const expected = withoutIdentity(await ask(address, 'GET /v1/boot/x/y HTTP/1.1'))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'SEARCH', 'LINK'),
        fc.oneof(
          fc.webPath(),
          fc.string({
            unit: fc.constantFrom('/', '.', '%', '2', 'e', 'f', '0', '\\', ';', ':', '-', '?', '#', '~', '"'),
          }),
          fc
            .string({ unit: 'binary', size: 'large' })
            .filter((text) => text.isWellFormed())
            .map(encodeURIComponent),
        ),
        async (method, rest) => {
          const response = await ask(address, `${method} /v1/boot/${rest} HTTP/1.1`)
          expect(withoutIdentity(response)).toEqual(expected)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('of a large body does not read it as another request', async () => {
    const { address } = await startBootServer()
    const body = `GET ${path} HTTP/1.1\r\n\r\n`
    const all = await exchange(
      address,
      `POST ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(all.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 404'])
  })

  it('says why in the log and the metrics, and nowhere else', async () => {
    const { address, lines, metrics } = await startBootServer({
      decision: { nodes: fixedStore({ provisionState: 'active' }) },
    })
    const response = await ask(address, `GET ${path} HTTP/1.1`)
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'info',
        msg: 'boot refused',
        requestId: header(response, 'X-Openstack-Request-Id'),
        client: '127.0.0.1',
        mac,
        nodeName: 'rack1-n1',
        state: 'active',
        code: 'StateForbidsBoot',
      }),
    )
    expect(await metrics.text()).toContain(
      'bootring_boot_requests_total{outcome="refused",reason="StateForbidsBoot"} 1',
    )
  })
})

describe('an answer that says nothing of any node', () => {
  it.each<[string, Changes]>([
    ['the database is gone', { decision: { nodes: brokenStore() } }],
    ['no conductor is alive', { decision: { rings: emptyRings() } }],
    ['too many requests are in flight', { route: { maxBootRequests: 0 } }],
  ])('is a 503 that tells firmware when to ask again: %s', async (_name, changes) => {
    const { address } = await startBootServer(changes)
    const response = await ask(address, `GET ${path} HTTP/1.1`)
    expect([response.status, response.body]).toEqual([503, 'Service Unavailable\n'])
    expect(header(response, 'Content-Length')).toBe('20')
    expect(header(response, 'Retry-After')).toMatch(/^[1-9]$/)
    const unknown = await ask(address, `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`)
    const withoutTime = (each: typeof response) =>
      withoutIdentity(each, ['Date', 'X-Openstack-Request-Id', 'Retry-After'])
    expect(withoutTime(unknown)).toEqual(withoutTime(response))
    const head = await ask(address, `HEAD ${path} HTTP/1.1`)
    expect(withoutTime(head)).toEqual({ ...withoutTime(response), body: '' })
  })

  it('frees its place when the request is done', async () => {
    const { address, metrics } = await startBootServer({ route: { maxBootRequests: 1 } })
    for (let i = 0; i < 3; i += 1) expect((await ask(address, `GET ${path} HTTP/1.1`)).status).toBe(200)
    expect((await ask(address, 'GET /v1/boot/x/y HTTP/1.1')).status).toBe(404)
    expect((await ask(address, `GET ${path} HTTP/1.1`)).status).toBe(200)
    const text = await metrics.text()
    expect(text).toContain('bootring_boot_requests_total{outcome="served",reason="none"} 4')
    expect(text).toContain('bootring_rpc_attempts_total{result="answered"} 4')
    expect(text).toContain('bootring_boot_request_duration_seconds_count{outcome="served"} 4')
  })
})
