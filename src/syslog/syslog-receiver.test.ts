import { createSocket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { BootEvent, StoredBootEvent } from '../model/boot-events.ts'
import { MachinesByAddress } from './machines-by-address.ts'
import { PacketBudget } from './packet-budget.ts'
import { type SyslogOptions, type SyslogResult, startSyslog } from './syslog-receiver.ts'

const machine = { mac: '52:54:00:12:34:56', node_uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', node_name: 'rack1-n1' }
const patience = { timeout: 20_000, interval: 10 }
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

/** A receiver on loopback, and a machine that sends to it. */
async function receiver(changes: Partial<SyslogOptions> = {}) {
  const events: BootEvent[] = []
  const results: SyslogResult[] = []
  const syslog = await startSyslog({
    host: '127.0.0.1',
    port: 0,
    machines: { find: async () => machine },
    events: { record: (event) => void events.push(event) },
    server: 'api1',
    onLine: (result) => void results.push(result),
    logger: recordingLogger(),
    ...changes,
  })
  const socket = createSocket(syslog.address.host === '::' ? 'udp6' : 'udp4')
  ends.push(async () => {
    socket.close()
    await syslog.close()
  })
  const send = (datagram: string | Uint8Array, host = '127.0.0.1') =>
    new Promise<void>((resolve, reject) => {
      socket.send(datagram, syslog.address.port, host, (error) => (error ? reject(error) : resolve()))
    })
  return { events, results, send }
}

describe('the syslog receiver', () => {
  it('records each line as an event of the machine that has booted from there', async () => {
    const { events, send } = await receiver()
    await send('<30>ipxe: net0: link up')
    await expect.poll(() => events.length, patience).toBe(1)
    const fields = { kind: 'syslog', outcome: 'served', name: 'ipxe', reason: 'net0: link up', server: 'api1' }
    expect(events[0]).toMatchObject({ ...machine, ...fields, client: '127.0.0.1' })
  })

  it('knows clients of IPv4 by their own addresses where it listens on all', async () => {
    const { events, send } = await receiver({ host: '::' })
    await send('<30>ipxe: hello', '::ffff:127.0.0.1')
    await send('<30>ipxe: hello', '::1')
    await expect.poll(() => events.map(({ client }) => client).sort(), patience).toEqual(['127.0.0.1', '::1'])
  })

  it('survives whatever comes, and goes on', async () => {
    const { events, results, send } = await receiver()
    for (const datagram of [
      '',
      '<',
      '<999>',
      '\u0000',
      '<14>1',
      new Uint8Array(60_000).fill(255),
      new Uint8Array(9_000),
    ])
      await send(datagram)
    await send('<30>ipxe: still there')
    await expect.poll(() => events.at(-1)?.reason, patience).toBe('still there')
    await expect.poll(() => results.length, patience).toBe(8)
    for (const { reason } of events) expect(reason?.length).toBeLessThanOrEqual(1000)
  })

  it('drops what one address sends too much', async () => {
    const { events, results, send } = await receiver({ budget: { burstOfOne: 5, perSecondOfOne: 0 } })
    for (let at = 0; at < 50; at += 1) await send(`<30>ipxe: ${at}`)
    await expect.poll(() => results.length, patience).toBe(50)
    expect(events).toHaveLength(5)
    expect(results.filter((result) => result === 'address')).toHaveLength(45)
  })

  it('keeps few lines of addresses from which nothing has booted', async () => {
    const machines = new MachinesByAddress({ events: async () => [] })
    const { events, results, send } = await receiver({ machines })
    for (let at = 0; at < 400; at += 1) await send(`<30>ipxe: ${at}`)
    await expect.poll(() => results.length, patience).toBe(400)
    expect(results).toContain('strangers')
    expect(events.length).toBeGreaterThanOrEqual(100)
    expect(events[0]).toMatchObject({ mac: null, node_uuid: null })
  })
})

describe('the budget of packets', () => {
  it('of one address and of all is spent and filled up again, and remembers few addresses', () => {
    let now = 0
    const options = { perSecond: 10, burst: 4, perSecondOfOne: 1, burstOfOne: 2, maxAddresses: 2 }
    const budget = new PacketBudget(options, () => now)
    const take = (...addresses: string[]) => addresses.map((address) => budget.take(address))
    expect(take('a', 'a', 'a', 'b', 'b', 'b')).toEqual(['ok', 'ok', 'address', 'ok', 'ok', 'address'])
    expect(take('c')).toEqual(['all'])
    now = 1000
    expect(take('b', 'b', 'c')).toEqual(['ok', 'address', 'ok'])
    // Forgotten meanwhile.
    expect(take('a', 'a')).toEqual(['ok', 'ok'])
  })
})

describe('the machine of an address', () => {
  const event = { ...machine, id: 1 } as StoredBootEvent
  it('is that of the last boot from there, asked for once while many ask', async () => {
    let [now, asked] = [0, 0]
    let answer = async () => [event]
    const reader = {
      events: () => {
        asked += 1
        return answer()
      },
    }
    const machines = new MachinesByAddress(reader, () => now)
    const found = await Promise.all([1, 2, 3].map(() => machines.find('192.0.2.1')))
    expect(found).toEqual([machine, machine, machine])
    now = 29_000
    await machines.find('192.0.2.1')
    expect(asked).toBe(1)
    now = 31_000
    answer = () => Promise.reject(new Error('away'))
    expect(await machines.find('192.0.2.1')).toMatchObject({ node_uuid: null })
    answer = async () => [event]
    now = 34_000
    expect(await machines.find('192.0.2.1')).toEqual(machine)
    // A clock that is set back makes nobody's word last longer.
    now = -3_600_000
    const before = asked
    expect(await machines.find('192.0.2.1')).toEqual(machine)
    expect(asked).toBe(before + 1)
  })

  it('is nobody while the store has more than enough to do', async () => {
    const machines = new MachinesByAddress({ events: () => new Promise(() => undefined) })
    const found: unknown[] = []
    for (let at = 0; at < 20; at += 1) void machines.find(`192.0.2.${at}`).then((one) => found.push(one))
    await expect.poll(() => found.length, patience).toBe(12)
  })
})
