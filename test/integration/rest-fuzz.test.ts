import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keysOf } from '../../src/resources/field.ts'
import { nodeFields } from '../../src/resources/node-fields.ts'
import { portFields } from '../../src/resources/port-fields.ts'
import { portgroupFields } from '../../src/resources/portgroup-fields.ts'
import { openApiReference } from '../../tools/openapi-reference.ts'
import { BootringProcess } from '../support/bootring-process.ts'
import { freePorts } from '../support/free-ports.ts'
import { type FuzzedRequest, type Likely, operationsOf, requestsOf } from '../support/openapi-requests.ts'

const seed = Number(process.env.BOOTRING_FUZZ_SEED ?? 20_261_127)
/** For each operation; all of them take well below a minute. */
const requestsEach = 16
const secret = 'Xyzzy-s3cret'
const version = { 'X-OpenStack-Ironic-API-Version': '1.96' }
const fields = [...new Set([...keysOf(nodeFields), ...keysOf(portFields), ...keysOf(portgroupFields)])]

const nodes = ['a1a1a1a1-0000-4000-8000-000000000001', 'a1a1a1a1-0000-4000-8000-000000000002'] as const
const portgroup = 'c3c3c3c3-0000-4000-8000-000000000001'
const port = 'b2b2b2b2-0000-4000-8000-000000000001'
const address = '52:54:00:00:00:01'
/** What is there, and what there might be. */
const likely: Likely = {
  node: [...nodes, 'one', 'two'],
  node_uuid: nodes,
  node_ident: [...nodes, 'one'],
  parent_node: nodes,
  port: [port, address],
  portgroup: [portgroup, 'bond'],
  portgroup_uuid: [portgroup, null],
  address: [address, '52:54:00:00:00:02', '52-54-00-00-00-03'],
  addresses: [address, 'x'],
  driver: ['fake-hardware', 'manual-management', 'nobody'],
  trait: ['CUSTOM_A', 'HW_CPU_X86_VMX', 'custom_a'],
  vif: ['vif-1'],
  event: [nodes[0]],
  hostname: ['localhost'],
  target: [
    ...[
      'manage',
      'provide',
      'active',
      'deleted',
      'rebuild',
      'clean',
      'abort',
      'adopt',
      'inspect',
      'rescue',
      'unrescue',
    ],
    ...['power on', 'power off', 'rebooting', 'uefi', 'bios', true, false],
  ],
  boot_device: ['pxe', 'disk', 'x'],
  callback_url: ['http://127.0.0.1:1', ''],
  agent_token: ['x'],
  limit: [1, 2, 0],
  marker: [...nodes, port, portgroup],
  sort_key: fields,
  sort_dir: ['asc', 'desc'],
  fields,
  detail: [true, false],
  provision_state: ['enroll', 'manageable'],
  inventory: [{ interfaces: [{ mac_address: address }] }],
}

/** Its answers have no end. */
const endless = '/v1/bootring/live'
const operations = operationsOf(JSON.parse(await openApiReference())).filter(({ path }) => path !== endless)

describe('the REST API of a real bootring, asked everything that is wrong', { retry: 0 }, () => {
  let folder: string
  let root: string
  let bootring: BootringProcess
  let database: DatabaseSync

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bootring-fuzz-'))
    const [api, admin, rpc, files] = (await freePorts(4)) as [number, number, number, number]
    bootring = new BootringProcess(['serve'], {
      OS_DEFAULT__STATE_PATH: folder,
      OS_API__PORT: String(api),
      OS_BOOTRING__ADMIN_PORT: String(admin),
      OS_JSON_RPC__PORT: String(rpc),
      // Nothing is to change but by requests.
      OS_CONDUCTOR__SYNC_POWER_STATE_INTERVAL: '3600',
      OS_DEPLOY__HTTP_URL: `http://127.0.0.1:${files}`,
    })
    await bootring.ready(admin)
    root = `http://127.0.0.1:${api}`
    await enrol()
    database = new DatabaseSync(join(folder, 'bootring.sqlite'), { readOnly: true })
  })

  // What is deleted by a request that was right after all comes back.
  beforeEach(enrol)

  afterAll(async () => {
    database?.close()
    await bootring?.end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const send = async ({ body, headers, method, target }: FuzzedRequest) => {
    try {
      const response = await fetch(root + target, { method, headers, ...(body !== undefined && { body }) })
      return { status: response.status, text: await response.text(), type: response.headers.get('Content-Type') }
    } catch (error) {
      // Nobody has to read on what was refused, and who goes on sending may miss the answer.
      if ((body?.length ?? 0) < 1_000_000) throw error
      return {
        status: 413,
        text: JSON.stringify({ error_message: '{"faultstring":"cut off"}' }),
        type: 'application/json',
      }
    }
  }

  /** What requests may hit: nodes with ports, secrets and traits. */
  async function enrol(): Promise<void> {
    const secrets = { fake_password: secret, nested: { api_token: secret }, deploy_kernel: 'file:///k' }
    const node = { driver: 'fake-hardware', driver_info: secrets, instance_info: { configdrive: secret } }
    const all: [path: string, body: object][] = [
      ['/v1/nodes', { ...node, uuid: nodes[0], name: 'one' }],
      ['/v1/nodes', { ...node, uuid: nodes[1], name: 'two' }],
      ['/v1/portgroups', { uuid: portgroup, node_uuid: nodes[0], name: 'bond' }],
      ['/v1/ports', { uuid: port, node_uuid: nodes[0], address }],
    ]
    for (const [target, body] of all) {
      const headers = { ...version, 'Content-Type': 'application/json' }
      const { status, text } = await send({ method: 'POST', target, headers, body: JSON.stringify(body) })
      expect([201, 409], text).toContain(status)
    }
  }

  /** All that management keeps, but for what a reservation leaves behind that came to nothing. */
  function dump(): string {
    const tables = ['nodes', 'ports', 'portgroups', 'node_traits', 'node_history', 'node_inventory']
    const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all())
    return JSON.stringify(rows, (key, value) => (key === 'updated_at' || key === 'reservation' ? undefined : value))
  }

  /** Waits until what was begun has come to its end. */
  async function settled(): Promise<string> {
    const held = () => database.prepare('SELECT uuid FROM nodes WHERE reservation IS NOT NULL').all().length > 0
    let before = dump()
    for (let tries = 0; tries < 300; tries++) {
      await pause(20)
      const after = dump()
      if (after === before && !held()) return after
      before = after
    }
    throw new Error('the database goes on changing')
  }

  /** Paths, stacks, statements, secrets: nothing of it may come out. */
  const leaks = () => [
    secret,
    folder,
    /\bat .+:\d+:\d+/,
    /node_modules/,
    /SQLITE|sqlite/,
    /\b(?:select|insert|update)\s.+\s(?:from|into|set)\b/i,
    /agent_secret_token/,
  ]

  it.each(operations)('$method $path', async (operation) => {
    let before = await settled()
    await fc.assert(
      fc.asyncProperty(requestsOf(operation, likely, fields), async (request) => {
        const { status, text, type } = await send(request)
        const told = `${status} ${text.slice(0, 500)}`
        expect(status < 500 || status === 501, told).toBe(true)
        for (const leak of leaks()) expect(text).not.toMatch(leak)
        if (text !== '') expect(type, told).toMatch(/^application\/json/)
        if (status >= 400) {
          expect(JSON.parse(JSON.parse(text).error_message).faultstring, told).toMatch(/\S/)
          expect(dump()).toBe(before)
        } else if (request.method !== 'GET') before = await settled()
      }),
      { seed, numRuns: requestsEach },
    )
  })

  it('has neither failed in what nobody expected, nor written down a secret', async () => {
    expect(operations.length).toBeGreaterThan(70)
    const answer = await send({ method: 'GET', target: '/v1/nodes/detail', headers: version })
    expect(answer.status).toBe(200)
    expect(bootring.running).toBe(true)
    expect(bootring.output).not.toContain(secret)
    expect(bootring.output.split('\n').filter((line) => /request failed|\bERROR\b|"level":"error"/.test(line))).toEqual(
      [],
    )
  })
})
