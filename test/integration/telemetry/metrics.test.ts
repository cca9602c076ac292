import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ApiAndConductor, bootingNode } from '../../support/api-and-conductor.ts'
import { BootringProcess } from '../../support/bootring-process.ts'
import { describeWith } from '../../support/describe-with.ts'
import { freePorts } from '../../support/free-ports.ts'
import { missingPromtool, promtool } from '../../support/promtool.ts'

/** Metrics, each with its samples. */
function samples(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describeWith(missingPromtool, 'the metrics of running processes', () => {
  let two: ApiAndConductor
  let serve: BootringProcess
  let pages: Record<'api' | 'conductor' | 'serve', string>
  const folder = mkdtempSync(join(tmpdir(), 'bootring-metrics-'))

  beforeAll(async () => {
    const [api, rpc, files, admin] = (await freePorts(4)) as [number, number, number, number]
    for (const name of ['kernel', 'ramdisk']) writeFileSync(join(folder, name), `${name}\n`)
    serve = new BootringProcess(['serve'], {
      OS_DEFAULT__STATE_PATH: folder,
      OS_API__PORT: String(api),
      OS_JSON_RPC__PORT: String(rpc),
      OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
      OS_BOOTRING__ADMIN_PORT: String(admin),
    })
    ;[two] = await Promise.all([ApiAndConductor.start(), serve.ready(admin)])
    expect((await two.boot(1)).status).toBe(200)
    expect((await two.boot(2)).status).toBe(404)
    expect((await two.file(`${bootingNode.uuid}/deploy_kernel`)).status).toBe(200)
    expect((await two.file('no-such-file')).status).toBe(404)
    await fetch(`${two.url}/v1/nodes/${bootingNode.uuid}`)
    await fetch(`${two.url}/v1/nodes/${bootingNode.uuid}/validate`)
    // The first walk over the fleet goes on after the start.
    const walked = 'bootring_upkeep_runs_total{result="ok",task="boot files"} 1'
    const look = async () => expect(samples(await two.metrics('conductor'))).toContain(walked)
    await vi.waitFor(look, { timeout: 60_000, interval: 100 })
    pages = {
      api: await two.metrics('api'),
      conductor: await two.metrics('conductor'),
      serve: await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text(),
    }
  })

  afterAll(async () => {
    await Promise.all([two?.stop(), serve.end('SIGKILL')])
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(['api', 'conductor', 'serve'] as const)('of %s are as Prometheus wants them', (process) => {
    expect(promtool(['check', 'metrics'], pages[process])).toBe('')
  })

  it('count what was done', () => {
    expect(samples(pages.api)).toEqual(
      expect.arrayContaining([
        'bootring_boot_requests_total{outcome="served",reason="none"} 1',
        'bootring_boot_requests_total{outcome="refused",reason="PortNotFound"} 1',
        'bootring_management_requests_total{method="GET",code="200"} 2',
        'bootring_management_request_duration_seconds_count 2',
        'bootring_nodes{state="wait call-back"} 1',
        'bootring_nodes{state="active"} 0',
        'bootring_conductors{condition="alive"} 1',
        'bootring_boot_requests_in_flight 0',
      ]),
    )
    expect(samples(pages.conductor)).toEqual(
      expect.arrayContaining([
        'bootring_rpc_server_calls_total{outcome="answered",method="get_boot_config"} 1',
        'bootring_rpc_server_calls_total{outcome="answered",method="validate_driver_interfaces"} 1',
        'bootring_rpc_server_call_duration_seconds_count 1',
        'bootring_file_requests_total{code="200"} 1',
        'bootring_file_requests_total{code="404"} 1',
        'bootring_file_requests_in_flight 0',
        'bootring_boot_files_nodes{result="prepared"} 1',
        'bootring_image_fetches_total{result="fetched"} 2',
        'bootring_node_reservations_total{result="taken"} 1',
        'bootring_upkeep_runs_total{result="ok",task="boot files"} 1',
        'bootring_nodes_reserved 0',
      ]),
    )
    const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(pages.conductor)?.[1])
    // "kernel\n" with its header fields, and "Not Found\n" with its.
    expect(value('bootring_file_sent_bytes_total')).toBeGreaterThan(17)
    expect(Math.abs(value('bootring_last_heartbeat_timestamp_seconds') - Date.now() / 1000)).toBeLessThan(600)
  })

  it('say which release and mode they are of', () => {
    expect(pages.serve).toMatch(/^bootring_build_info\{version="\d+\.\d+\.\d+",mode="standalone",node_version="24\./m)
  })

  it.each(['api', 'conductor', 'serve'] as const)('of %s stay few, and name no node, address or file', (process) => {
    const lines = samples(pages[process])
    expect(lines.length).toBeLessThan(600)
    const perMetric = Map.groupBy(lines, (line) => /^\w+/.exec(line)?.[0])
    for (const [name, members] of perMetric) expect(members.length, name).toBeLessThanOrEqual(60)
    const text = lines.join('\n')
    for (const clients of [bootingNode.uuid, bootingNode.name, '52:54', '52-54', 'no-such-file', 'boot.ipxe'])
      expect(text).not.toContain(clients)
  })

  it('stay as few whatever clients ask for', async () => {
    const names = async () => new Set(samples(await two.metrics('api')).map((line) => line.split(' ')[0]))
    await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        await fetch(`${two.url}/v1/boot/${number}/x`)
        await fetch(`${two.url}/v1/nodes/${number}`, { method: 'REPORT' }).catch(() => undefined)
        await fetch(`${two.url}/v1/no/such/${number}`)
      }),
    )
    const before = await names()
    await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        await fetch(`${two.url}/v1/boot/${number}-more/y`)
        await fetch(`${two.url}/v1/nodes/${number}-more`, { method: 'SEARCH' }).catch(() => undefined)
        await fetch(`${two.url}/v1/nothing/${number}`)
      }),
    )
    expect([...(await names())].filter((name) => !before.has(name))).toEqual([])
  })
})
