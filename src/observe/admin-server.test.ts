import { describe, expect, it, onTestFinished } from 'vitest'
import { LineSink } from '../../test/support/line-sink.ts'
import { type AdminServerOptions, startAdminServer } from './admin-server.ts'
import { createLogger } from './create-logger.ts'

async function start(options: Partial<AdminServerOptions> = {}) {
  const sink = new LineSink()
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    metricsText: async () => 'a_total 1\n',
    ready: async () => [{ name: 'database', ok: true }],
    logger: createLogger({ level: 'info', format: 'json', destination: sink }),
    ...options,
  })
  onTestFinished(() => server.close())
  const { host, port } = server.address
  const root = host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`
  return { get: (path: string, init?: RequestInit) => fetch(root + path, init), lines: sink.lines }
}

describe('the admin server', () => {
  it('says that the process runs, also on IPv6', async () => {
    const { get } = await start({ host: '::1' })
    const response = await get('/healthz')
    expect([response.status, await response.text()]).toEqual([200, 'ok\n'])
  })

  it('is ready while all checks hold', async () => {
    const { get } = await start()
    const response = await get('/readyz?verbose')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ ready: true, failing: [] })
  })

  it('names the checks that fail', async () => {
    const failing = { name: 'conductors', ok: false, detail: 'none alive' }
    const { get } = await start({ ready: async () => [{ name: 'database', ok: true }, failing] })
    const response = await get('/readyz')
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ ready: false, failing: [failing] })
  })

  it.each<[string, AdminServerOptions['ready']]>([
    ['throws', () => Promise.reject(new Error('a mistake'))],
    ['never ends', () => new Promise(() => {})],
  ])('is not ready when looking %s', async (_what, ready) => {
    const { get } = await start({ ready, readyTimeoutSeconds: 0.05 })
    const response = await get('/readyz')
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ ready: false, failing: [{ name: 'checks', ok: false }] })
  })

  it('gives the metrics', async () => {
    const { get } = await start()
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toBe('a_total 1\n')
  })

  it('answers everything else, and its own failures, without details', async () => {
    const { get, lines } = await start({ metricsText: () => Promise.reject(new Error('a mistake')) })
    expect((await get('/')).status).toBe(404)
    expect((await get('/healthz', { method: 'POST', body: 'x' })).status).toBe(405)
    const response = await get('/metrics')
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error\n'])
    expect(lines).toMatchObject([{ level: 'error', url: '/metrics', err: { message: 'a mistake' } }])
  })

  it('rejects when the port is taken', async () => {
    const first = await startAdminServer({
      host: '127.0.0.1',
      port: 0,
      metricsText: async () => '',
      ready: async () => [],
      logger: createLogger({ level: 'info', format: 'json', destination: new LineSink() }),
    })
    onTestFinished(() => first.close())
    await expect(start({ port: first.address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
