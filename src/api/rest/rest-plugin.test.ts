import { describe, expect, it } from 'vitest'
import { startRestServer } from '../../../test/support/rest-server.ts'
import { maxVersion } from './microversion.ts'

const min = 'X-OpenStack-Ironic-API-Minimum-Version'
const max = 'X-OpenStack-Ironic-API-Maximum-Version'
const own = 'X-OpenStack-Ironic-API-Version'

describe('microversions', () => {
  it.each([
    ['1.81', {}, '1.81'],
    ['latest', {}, `1.${maxVersion}`],
    ['1.1', {}, '1.1'],
    ['', {}, '1.1'],
    ['1.2', { 'OpenStack-API-Version': 'compute 2.1, baremetal 1.50' }, '1.50'],
    ['1.2', { 'OpenStack-API-Version': 'compute 2.1' }, '1.2'],
  ])('%j with %j is %s', async (version, headers, expected) => {
    const { ask } = await startRestServer()
    for (const path of ['/', '/v1', '/v1/', '/nowhere']) {
      const answer = await ask('GET', path, { version, headers })
      expect([answer.headers.get(own), answer.headers.get(min), answer.headers.get(max)]).toEqual([
        expected,
        '1.1',
        `1.${maxVersion}`,
      ])
    }
  })

  it.each(['1.0', `1.${maxVersion + 1}`, '2.1', '1', 'x', '1.1.1', '1.-1'])('%s is not acceptable', async (version) => {
    const { ask } = await startRestServer()
    const answer = await ask('GET', '/v1', { version })
    expect(answer.status).toBe(406)
    expect(answer.fault).toMatch(/version/i)
    expect([min, max, own].map((name) => answer.headers.get(name))).toEqual(['1.1', `1.${maxVersion}`, '1.1'])
  })

  it('bring resources with them', async () => {
    const { ask } = await startRestServer()
    const names = async (version: string) => Object.keys((await ask('GET', '/v1', { version })).body)
    expect(await names('1.22')).not.toContain('portgroups')
    expect(await names('1.23')).toContain('portgroups')
    expect(await names('1.49')).toContain('conductors')
  })
})

describe('access', () => {
  const access = {
    kind: 'basic' as const,
    authenticate: (authorization?: string) => {
      if (authorization === undefined) return 'missing' as const
      const user = /^Basic (.+)$/.exec(authorization)?.[1] ?? ''
      return ['admin', 'reader'].includes(user) ? { user } : user === 'many' ? ('busy' as const) : ('refused' as const)
    },
    readOnlyUsers: new Set(['reader']),
  }

  it('leaves discovery open, and tells nobody else what there is', async () => {
    const { ask } = await startRestServer({}, { access })
    expect((await ask('GET', '/')).status).toBe(200)
    expect((await ask('GET', '/v1')).status).toBe(200)
    const answer = await ask('GET', '/v1/nowhere')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('WWW-Authenticate')).toBe('Basic realm="Baremetal API"')
    expect((await ask('GET', '/v1/nowhere', { headers: { Authorization: 'Basic wrong' } })).status).toBe(401)
    const busy = await ask('GET', '/v1/nowhere', { headers: { Authorization: 'Basic many' } })
    expect([busy.status, busy.headers.get('Retry-After')]).toEqual([503, '1'])
    expect((await ask('GET', '/v1/nowhere', { headers: { Authorization: 'Basic admin' } })).status).toBe(404)
  })

  it('lets readers read', async () => {
    const { ask } = await startRestServer({}, { access })
    const headers = { Authorization: 'Basic reader' }
    expect((await ask('GET', '/v1/nowhere', { headers })).status).toBe(404)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await ask(method, '/v1/nowhere', { headers })).status).toBe(403)
  })

  it('can be closed', async () => {
    const { ask } = await startRestServer({}, { access: { kind: 'closed', reason: 'set auth_strategy' } })
    expect((await ask('GET', '/')).status).toBe(200)
    expect(await ask('GET', '/v1/nowhere')).toMatchObject({ status: 403, fault: 'set auth_strategy' })
  })
})
