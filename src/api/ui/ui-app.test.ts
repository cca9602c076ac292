import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawRequest } from '../../../test/support/raw-request.ts'
import { startRestServer } from '../../../test/support/rest-server.ts'
import type { RestAccess } from '../rest/access.ts'
import { readUiFiles } from './ui-files.ts'

const page = '<!doctype html><title>bootring</title>'
const script = 'console.log(1);'.repeat(200)

describe('the dashboard', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootring-ui-'))
    mkdirSync(join(folder, 'built/assets'), { recursive: true })
    writeFileSync(join(folder, 'built/index.html'), page)
    writeFileSync(join(folder, 'built/assets/index-abc.js'), script)
    writeFileSync(join(folder, 'built/.stamp'), 'not for anybody')
    writeFileSync(join(folder, 'secret.html'), 'secret')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const start = async (access: RestAccess = { kind: 'open' }, places = [join(folder, 'built')]) => {
    const { address } = await startRestServer({}, { access }, { ui: { access, files: readUiFiles(places) } })
    const root = `http://127.0.0.1:${address.port}`
    return {
      address,
      ask: (path: string, headers: Record<string, string> = {}) => fetch(root + path, { headers, redirect: 'manual' }),
    }
  }

  it('is a page at /ui/, to which /ui leads wherever a proxy puts it', async () => {
    const { ask } = await start()
    const answer = await ask('/ui/')
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      page,
    ])
    const led = await ask('/ui')
    expect([led.status, led.headers.get('location')]).toEqual([308, 'ui/'])
    expect((await ask('/')).headers.get('content-type')).toMatch(/json/)
  })

  it('runs nothing but its own files, and shows itself in no frame', async () => {
    const { ask } = await start()
    for (const path of ['/ui/', '/ui/assets/index-abc.js']) {
      const { headers } = await ask(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('has files kept for ever that have a hash in their names, and asks about the page each time', async () => {
    const { ask } = await start()
    const asset = await ask('/ui/assets/index-abc.js')
    expect([asset.status, await asset.text()]).toEqual([200, script])
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    const { headers } = await ask('/ui/')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    const again = await ask('/ui/', { 'If-None-Match': headers.get('etag') ?? '' })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('is compressed for whom understands it', async () => {
    const { address } = await start()
    const ask = (headers: Record<string, string>) => rawRequest(address, 'GET', '/ui/assets/index-abc.js', headers)
    expect((await ask({})).headers).not.toHaveProperty('content-encoding')
    const small = await ask({ 'Accept-Encoding': 'br, gzip' })
    expect(small.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    expect(String(gunzipSync(Buffer.from(small.body, 'latin1')))).toBe(script)
  })

  it('is nothing else that lies on the disk', async () => {
    const { ask, address } = await start()
    for (const path of [
      '/ui/secret.html',
      '/ui/.stamp',
      '/ui/assets',
      '/ui/assets/..%2f..%2fsecret.html',
      '/ui/%2e%2e/secret.html',
    ]) {
      expect((await ask(path)).status, path).toBe(404)
    }
    expect((await rawRequest(address, 'GET', '/ui/../secret.html')).status).toBe(404)
  })

  it('wants the password of the REST API', async () => {
    const { ask } = await start({
      kind: 'basic',
      authenticate: (given) => (given === 'Basic right' ? { user: 'reader' } : given ? 'refused' : 'missing'),
      readOnlyUsers: new Set(['reader']),
    })
    for (const path of ['/ui/', '/ui', '/ui/assets/index-abc.js']) {
      const refused = await ask(path)
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="Baremetal API"'])
      expect(await refused.text()).not.toContain('console.log')
    }
    expect((await ask('/ui/', { Authorization: 'Basic right' })).status).toBe(200)
  })

  it('says why it is closed, as text whatever it is', async () => {
    const { ask } = await start({ kind: 'closed', reason: 'it is closed: set <b>auth_strategy</b>' })
    const answer = await ask('/ui/')
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toContain('it is closed: set &lt;b>auth_strategy')
  })

  it('says what to do where it was not built, and the rest goes on', async () => {
    const { ask } = await start({ kind: 'open' }, [join(folder, 'nowhere')])
    const answer = await ask('/ui/')
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('make setup')
    expect((await ask('/')).status).toBe(200)
  })
})
