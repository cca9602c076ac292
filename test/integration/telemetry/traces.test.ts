import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiAndConductor, bootingNode, logLines } from '../../support/api-and-conductor.ts'
import { BootringProcess } from '../../support/bootring-process.ts'
import { freePorts } from '../../support/free-ports.ts'
import { OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver.ts'

const importHook = fileURLToPath(new URL('../../support/tell-telemetry-imports.mjs', import.meta.url))
const tellImports = { NODE_OPTIONS: `--import=${importHook}` }
const patience = { timeout: 60_000, interval: 50 }

describe('one request through two processes', () => {
  let collector: OtlpReceiver
  let two: ApiAndConductor

  beforeAll(async () => {
    collector = await OtlpReceiver.start()
    two = await ApiAndConductor.start({
      ...tellImports,
      OS_DEFAULT__DEBUG: 'True',
      OS_BOOTRING__TRACE_ENDPOINT: collector.url,
    })
  })
  afterAll(async () => {
    await two?.stop()
    collector.stop()
  })

  const requestIdOf = (answer: Response) => answer.headers.get('X-Openstack-Request-Id') ?? 'none'
  const linesWith = (process: 'api' | 'conductor', requestId: string) =>
    logLines(two[process]).filter((line) => line.requestId === requestId)

  /** The spans of the request's trace, once there are so many. */
  async function traceOf(requestId: string, count: number): Promise<ReceivedSpan[]> {
    const ofRequest = () => {
      const root = collector.spans.find((span) => span.attributes['bootring.request_id'] === requestId)
      return collector.spans.filter(({ traceId }) => traceId === root?.traceId)
    }
    await expect.poll(() => ofRequest().length, patience).toBe(count)
    return ofRequest()
  }

  /** As a tree: each span below its parent, with whose it is. */
  function tree(spans: readonly ReceivedSpan[], parent?: string): object[] {
    return spans
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .map(({ name, service, spanId }) => [`${service}: ${name}`, ...tree(spans, spanId)])
  }

  it('is one trace from the fetch of a script to the file it is read from', async () => {
    const answer = await two.boot(1)
    expect(answer.status).toBe(200)
    const spans = await traceOf(requestIdOf(answer), 7)
    expect(tree(spans)).toEqual([
      [
        'bootring-api: GET /v1/boot',
        ['bootring-api: node'],
        ['bootring-api: ring'],
        [
          'bootring-api: rpc get_boot_config',
          ['bootring-conductor: get_boot_config', ['bootring-conductor: node'], ['bootring-conductor: file']],
        ],
      ],
    ])
    expect(spans.find(({ name }) => name === 'GET /v1/boot')?.attributes).toMatchObject({
      'bootring.outcome': 'served',
      'bootring.node': bootingNode.uuid,
      'bootring.mac': bootingNode.ports[0]?.address,
      'http.response.status_code': 200,
      'client.address': '127.0.0.1',
    })
    expect(collector.paths).toEqual(new Set(['/v1/traces']))
  })

  it('has one request id in its answer and in the lines of both, with the id of the trace', async () => {
    const answer = await two.boot(1)
    const requestId = requestIdOf(answer)
    await expect
      .poll(() => [...linesWith('api', requestId), ...linesWith('conductor', requestId)].length, patience)
      .toBe(2)
    const [api, conductor] = [...linesWith('api', requestId), ...linesWith('conductor', requestId)]
    expect(api).toMatchObject({ msg: 'boot file served', node: bootingNode.uuid })
    expect(conductor).toMatchObject({ msg: 'rpc call answered', method: 'get_boot_config', traceId: api?.traceId })
    expect(api?.traceId).toMatch(/^[0-9a-f]{32}$/)
    const spans = await traceOf(requestId, 7)
    expect(spans[0]?.traceId).toBe(api?.traceId)
  })

  it('goes on with the files that the script names, which firmware fetches without a word of it', async () => {
    const requestId = requestIdOf(await two.boot(1))
    await traceOf(requestId, 7)
    const download = async (name: string) => {
      await expect.poll(async () => (await two.file(`${bootingNode.uuid}/${name}`)).status, patience).toBe(200)
    }
    const files = () => collector.spans.filter(({ name }) => name === 'GET file')
    const whole = (name: string) =>
      files().filter(({ attributes: of }) => of['bootring.file'] === name && of['http.response.status_code'] === 200)
    const begun = whole('deploy_kernel').length
    await download('deploy_kernel')
    await expect.poll(() => whole('deploy_kernel').length, patience).toBeGreaterThan(begun)
    const kernel = whole('deploy_kernel').at(-1)
    const trace = collector.spans.filter(({ traceId }) => traceId === kernel?.traceId)
    const ofRequest = trace.filter(({ attributes }) => attributes['bootring.request_id'] === requestId)
    expect(ofRequest.map(({ name }) => name)).toContain('GET /v1/boot')
    expect(trace.find(({ spanId }) => spanId === kernel?.parentSpanId)?.name).toBe('get_boot_config')
    expect(kernel).toMatchObject({
      service: 'bootring-conductor',
      failed: false,
      attributes: {
        'bootring.node': bootingNode.uuid,
        'bootring.bytes': 'kernel\n'.length,
        'bootring.source': 'disk',
        'client.address': '127.0.0.1',
      },
    })
    // One that is not there comes through the conductor, and one that is no file of a boot is no step.
    const fetched = whole('deploy_ramdisk').length
    two.forget(`${bootingNode.uuid}/deploy_ramdisk`)
    await download('deploy_ramdisk')
    expect((await two.file('images/none')).status).toBe(404)
    await expect.poll(() => whole('deploy_ramdisk').length, patience).toBeGreaterThan(fetched)
    expect(whole('deploy_ramdisk').at(-1)).toMatchObject({
      traceId: kernel?.traceId,
      attributes: { 'bootring.source': 'fetched', 'bootring.bytes': 'ramdisk\n'.length },
    })
    expect(new Set(files().map(({ attributes }) => attributes['bootring.file']))).toEqual(
      new Set(['deploy_kernel', 'deploy_ramdisk']),
    )
  })

  it('is refused without a step at any conductor, and says in the log which trace it was', async () => {
    const requestId = requestIdOf(await two.boot(2))
    const spans = await traceOf(requestId, 2)
    expect(tree(spans)).toEqual([['bootring-api: GET /v1/boot', ['bootring-api: node']]])
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)
    expect(root).toMatchObject({ failed: false, attributes: { 'bootring.code': 'PortNotFound' } })
    const line = { code: 'PortNotFound', traceId: root?.traceId }
    await expect.poll(() => linesWith('api', requestId), patience).toMatchObject([line])
  })

  it('of management goes the same way', async () => {
    const answer = await fetch(`${two.url}/v1/nodes/${bootingNode.uuid}/states/power`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'X-OpenStack-Ironic-API-Version': '1.80' },
      body: JSON.stringify({ target: 'power on' }),
    })
    expect(answer.status).toBe(202)
    const requestId = requestIdOf(answer)
    const spans = await traceOf(requestId, 3)
    expect(tree(spans)).toEqual([
      [
        'bootring-api: PUT /v1/nodes/:node/states/power',
        ['bootring-api: rpc change_node_power_state', ['bootring-conductor: change_node_power_state']],
      ],
    ])
    await expect.poll(() => linesWith('conductor', requestId).length, patience).toBeGreaterThan(0)
    expect(linesWith('conductor', requestId).every(({ traceId }) => traceId === spans[0]?.traceId)).toBe(true)
  })

  it('belongs to no trace that a client brings along, whom nobody knows yet', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const answer = await fetch(`${two.url}/v1/nodes/no-such-node`, { headers: { traceparent } })
    expect(answer.status).toBe(404)
    const [root] = await traceOf(requestIdOf(answer), 1)
    expect(root?.traceId).not.toBe('a'.repeat(32))
    expect(root).toMatchObject({ name: 'GET /v1/nodes/:node', parentSpanId: undefined, failed: false })
  })

  it('loads OpenTelemetry', () => {
    expect(two.api.output).toContain('loads @opentelemetry/sdk-trace')
  })
})

it('without an endpoint nothing of OpenTelemetry is loaded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-untraced-'))
  const [api, rpc, files, admin] = (await freePorts(4)) as [number, number, number, number]
  const serve = new BootringProcess(['serve'], {
    ...tellImports,
    OS_DEFAULT__STATE_PATH: folder,
    OS_API__PORT: String(api),
    OS_JSON_RPC__PORT: String(rpc),
    OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
    OS_BOOTRING__ADMIN_PORT: String(admin),
  })
  try {
    await serve.ready(admin)
    expect((await fetch(`http://127.0.0.1:${api}/v1/boot/52-54-00-00-00-01/boot.ipxe`)).status).toBe(404)
    expect(serve.output).toContain('bootring serves')
    expect(serve.output).not.toContain('loads @opentelemetry')
  } finally {
    await serve.end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})
