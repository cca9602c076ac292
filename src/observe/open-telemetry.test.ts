import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { OtlpReceiver } from '../../test/support/otlp-receiver.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { openTelemetry } from './open-telemetry.ts'
import { traced } from './trace.ts'

const tracing = (url: string, sampleRatio = 1) => {
  const log = recordingLogger()
  const setting = { url, sampleRatio, serviceName: 'test', version: '1.2.3', host: 'here', logger: log }
  return { log, tracer: openTelemetry(setting) }
}

describe('openTelemetry', () => {
  const ends: (() => void)[] = []
  afterEach(() => {
    for (const end of ends.splice(0)) end()
  })

  async function collector(): Promise<OtlpReceiver> {
    const receiver = await OtlpReceiver.start()
    ends.push(() => receiver.stop())
    return receiver
  }

  it('sends steps with their parents, and with what failed', async () => {
    const { spans, url } = await collector()
    const { tracer } = tracing(`${url}/v1/traces`)
    const parent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    const root = tracer.begin('req-1', 'call', { 'bootring.node': 'n' }, parent)
    expect(tracer.of('req-1')).toBe(root)
    await traced(root, 'good', () => 7)
    const failing = traced(root, 'bad', () => Promise.reject(new TypeError('no')))
    await expect(failing).rejects.toThrow('no')
    root?.end()
    expect(tracer.of('req-1')).toBeUndefined()
    await tracer.close()
    const rootId = spans.find(({ name }) => name === 'call')?.spanId
    expect(spans).toEqual([
      expect.objectContaining({ name: 'good', parentSpanId: rootId, failed: false, service: 'test' }),
      expect.objectContaining({
        name: 'bad',
        parentSpanId: rootId,
        failed: true,
        attributes: { 'error.type': 'TypeError' },
      }),
      expect.objectContaining({ name: 'call', parentSpanId: '2'.repeat(16), traceId: '1'.repeat(32) }),
    ])
  })

  it('traces the share that it is to, and whatever the caller traces', async () => {
    const { spans, url } = await collector()
    const { tracer } = tracing(`${url}/v1/traces`, 0)
    expect(tracer.begin('req-1', 'own')).toBeUndefined()
    expect(tracer.begin('req-2', 'untraced', {}, `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`)).toBeUndefined()
    tracer.begin('req-3', 'of the caller', {}, `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`)?.end()
    await tracer.close()
    expect(spans.map(({ name }) => name)).toEqual(['of the caller'])
  })

  it.each(['', 'x', `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01`, `ff-${'1'.repeat(32)}-${'2'.repeat(16)}-01`])(
    'begins a trace of its own where a caller says %j',
    async (traceparent) => {
      const { url } = await collector()
      const { tracer } = tracing(`${url}/v1/traces`)
      const span = tracer.begin('req-1', 'call', {}, traceparent)
      expect(span?.traceparent).toMatch(/^00-(?!0{32}|1{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      span?.end()
      await tracer.close()
    },
  )

  it('holds up nobody, keeps no more than a few thousand steps, and ends, where the collector never answers', async () => {
    const sockets = new Set<Socket>()
    let asked = 0
    const silent: Server = createServer(() => {
      asked += 1
    })
    silent.on('connection', (socket) => sockets.add(socket))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    ends.push(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const { log, tracer } = tracing(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1/traces`)
    for (let at = 0; at < 20_000; at += 1) tracer.begin(`req-${at}`, 'boot')?.end()
    await tracer.close()
    // A batch under way, and what its queue holds: most of the steps were dropped.
    expect(asked).toBeLessThanOrEqual(10)
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('says in the log that nobody can be reached', async () => {
    const { log, tracer } = tracing('http://127.0.0.1:1/v1/traces')
    tracer.begin('req-1', 'boot')?.end()
    await expect.poll(() => log.lines.length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(log.lines[0]).toMatchObject({ level: 'warn', message: 'traces could not be sent' })
    await tracer.close()
  })
})
