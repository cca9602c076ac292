import { createSocket } from 'node:dgram'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBootEventStore } from '../../../src/db/events/open-boot-event-store.ts'
import type { BootEventKind, BootEventStore } from '../../../src/model/boot-events.ts'
import { ApiAndConductor, bootingNode } from '../../support/api-and-conductor.ts'
import { freePort } from '../../support/free-ports.ts'

let two: ApiAndConductor
let port: number
let store: BootEventStore
const machine = createSocket('udp4')

beforeAll(async () => {
  port = await freePort()
  two = await ApiAndConductor.start({ OS_API__API_WORKERS: '2', OS_BOOTRING__SYSLOG_PORT: String(port) })
  store = await openBootEventStore({ url: two.eventsUrl, isOwn: true, readOnly: true, poolTimeoutSeconds: 10 })
})
afterAll(async () => {
  machine.close()
  await store?.close()
  await two?.stop()
})

const send = (line: string) =>
  new Promise<void>((resolve, reject) => {
    machine.send(line, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()))
  })
const events = (kind: BootEventKind) => store.events({ kinds: [kind] }, 100)

it('puts what a machine logs among the events of its boot, whichever worker hears of it', async () => {
  expect((await two.boot(1)).status).toBe(200)
  await expect.poll(() => events('script'), { timeout: 60_000 }).toHaveLength(1)
  for (let at = 0; at < 20; at += 1) await send(`<30>ipxe: line ${at}`)
  await expect.poll(() => events('syslog'), { timeout: 60_000 }).toHaveLength(20)
  const [last] = await events('syslog')
  const { name, uuid } = bootingNode
  expect(last).toMatchObject({ node_uuid: uuid, node_name: name, client: '127.0.0.1', name: 'ipxe' })
  expect((await events('syslog')).map(({ reason }) => reason)).toContain('line 7')
  const kept = /^bootring_syslog_datagrams_total\{result="kept"\} 20$/m
  expect(await two.metrics('api')).toMatch(kept)
})
