import { describe, expect, it } from 'vitest'
import {
  brokenStore,
  emptyRings,
  failure,
  fixedConductors,
  fixedStore,
  mac,
  script,
  unknownMac,
} from '../../../test/support/boot-fakes.ts'
import { type Changes, startBootServer } from '../../../test/support/boot-server.ts'
import { ask, withoutIdentity } from '../../../test/support/boot-wire.ts'
import { AllowedNetworks } from './allowed-networks.ts'
import { RefusalClock } from './refusal-clock.ts'

const json = '{"kernel": "http://h/k", "initrd": ["http://h/i"], "cmdline": "a b"}'
const start = (changes: Changes = {}) =>
  startBootServer({
    ...changes,
    decision: { conductors: fixedConductors({ one: json }), ...changes.decision },
    route: { pixiecoreApi: true, ...changes.route },
  })
const path = `/v1/boot/${mac}`

/** The 404 that a machine gets which nobody knows. */
async function unknown() {
  const { address } = await startBootServer()
  return withoutIdentity(await ask(address, `GET /v1/boot/${unknownMac}/boot.ipxe HTTP/1.1`))
}

describe("Pixiecore's API", () => {
  it.each([mac, mac.replaceAll(':', '-'), encodeURIComponent(mac)])('answers with JSON for %s', async (text) => {
    const { address, lines } = await start()
    const response = withoutIdentity(await ask(address, `GET /v1/boot/${text} HTTP/1.1`))
    expect(response).toEqual({
      statusLine: 'HTTP/1.1 200 OK',
      status: 200,
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Length', String(json.length)],
        ['Cache-Control', 'no-store'],
        ['X-Openstack-Request-Id', '…'],
        ['Date', '…'],
        ['Connection', 'close'],
      ],
      body: json,
    })
    expect(withoutIdentity(await ask(address, `HEAD /v1/boot/${text} HTTP/1.1`))).toEqual({ ...response, body: '' })
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'boot file served', mac, conductor: 'one' }))
  })

  it('is one more face: scripts are what they were', async () => {
    const { address } = await start({ decision: { conductors: fixedConductors({ one: script }) } })
    const response = await ask(address, `GET ${path}/boot.ipxe HTTP/1.1`)
    expect([response.status, response.body]).toEqual([200, script])
  })

  it('does not exist where it is turned off', async () => {
    const { address } = await start({ route: { pixiecoreApi: false } })
    expect(withoutIdentity(await ask(address, `GET ${path} HTTP/1.1`))).toEqual(await unknown())
  })

  const refusals: [name: string, changes: Changes, requestLine?: string][] = [
    ['an unknown MAC', {}, `GET /v1/boot/${unknownMac} HTTP/1.1`],
    ['a malformed MAC', {}, 'GET /v1/boot/52-54-00 HTTP/1.1'],
    ['a wrong encoding', {}, 'GET /v1/boot/%zz HTTP/1.1'],
    ['a slash at the end', {}, `GET ${path}/ HTTP/1.1`],
    ['the file by its name', {}, `GET ${path}/pixiecore.json HTTP/1.1`],
    ['the file by its name, encoded', {}, `GET ${path}/%70ixiecore.json HTTP/1.1`],
    ['POST', {}, `POST ${path} HTTP/1.1`],
    ['a state that may not boot', { decision: { nodes: fixedStore({ provisionState: 'active' }) } }],
    ['a network outside the list', { route: { allowedNetworks: new AllowedNetworks(['192.0.2.0/24']) } }],
    ['a conductor without it', { decision: { conductors: fixedConductors({ one: failure('UnknownBootFile') }) } }],
    ['a script in its place', { decision: { conductors: fixedConductors({ one: script }) } }],
    ['JSON without a kernel', { decision: { conductors: fixedConductors({ one: '{"initrd": []}' }) } }],
    ['dead conductors', { decision: { conductors: fixedConductors({}) } }],
  ]
  it.each(refusals)('answers %s with the 404 of all, at the tick of all', async (_name, changes, requestLine) => {
    let waiting = 0
    class CountingClock extends RefusalClock {
      override atNextTick(leave: () => void): void {
        waiting += 1
        super.atNextTick(leave)
      }
    }
    const { address } = await start({ ...changes, route: { refusalClock: new CountingClock(), ...changes.route } })
    const response = await ask(address, requestLine ?? `GET ${path} HTTP/1.1`)
    expect(withoutIdentity(response)).toEqual(await unknown())
    expect(waiting).toBe(1)
  })

  it.each<[string, Changes]>([
    ['the database is gone', { decision: { nodes: brokenStore() } }],
    ['no conductor is alive', { decision: { rings: emptyRings() } }],
    ['too many requests are in flight', { route: { maxBootRequests: 0 } }],
  ])('answers everybody with the same 503 where %s', async (_name, changes) => {
    const { address } = await start(changes)
    const identity = ['Date', 'X-Openstack-Request-Id', 'Retry-After']
    const of = async (target: string) => withoutIdentity(await ask(address, `GET ${target} HTTP/1.1`), identity)
    const response = await of(path)
    expect([response.status, response.body]).toEqual([503, 'Service Unavailable\n'])
    expect(await of(`/v1/boot/${unknownMac}`)).toEqual(response)
    expect(await of(`${path}/boot.ipxe`)).toEqual(response)
  })
})
