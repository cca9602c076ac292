import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ConnectionLimits, ConnectionTable, type HeldConnection } from './connection-table.ts'

/** A server that holds its connections in a table, and clients that know when theirs ends. */
async function start(limits: Partial<ConnectionLimits>) {
  const table = new ConnectionTable({ maxConnections: 1000, maxConnectionsPerAddress: 1000, ...limits })
  const held: (HeldConnection | undefined)[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    held.push(table.hold(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  /** Connects and waits until the server has taken it in, or closed it. */
  const open = async (localAddress = '127.0.0.1') => {
    const before = held.length
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined)
    sockets.push(socket.resume())
    while (held.length === before) await sleep(1)
    return { socket, connection: held[before] }
  }
  return { open, table }
}

const ends = (socket: Socket) =>
  new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

describe('ConnectionTable', () => {
  it('ends the connection that has been idle longest when there is no place for a new one', async () => {
    const { open, table } = await start({ maxConnections: 3 })
    const [a, b, c] = [await open(), await open(), await open()]
    if (a.connection) a.connection.used = true
    const d = await open()
    expect(d.connection).toBeDefined()
    await ends(b.socket)
    const e = await open()
    expect(e.connection).toBeDefined()
    await ends(c.socket)
    expect([a.socket.closed, d.socket.closed, e.socket.closed]).toEqual([false, false, false])
    expect(table.size).toBe(3)
  })

  it('spares those on which a request is answered, and refuses where all are like that', async () => {
    const { open } = await start({ maxConnections: 2 })
    const [a, b] = [await open(), await open()]
    for (const { connection } of [a, b]) if (connection) connection.requests = 1
    const refused = await open()
    expect(refused.connection).toBeUndefined()
    await ends(refused.socket)
    if (a.connection) a.connection.requests = 0
    expect((await open()).connection).toBeDefined()
    await ends(a.socket)
    expect(b.socket.closed).toBe(false)
  })

  it('bounds the connections of one address, not those of others', async () => {
    const { open } = await start({ maxConnectionsPerAddress: 2 })
    const [a] = [await open(), await open()]
    expect((await open()).connection).toBeUndefined()
    expect((await open('127.0.0.2')).connection).toBeDefined()
    a.socket.destroy()
    await expect.poll(async () => (await open()).connection !== undefined, { timeout: 20_000 }).toBe(true)
  })

  it('knows the addresses that stand for many', async () => {
    const { open } = await start({ maxConnectionsPerAddress: 1, isExempt: (address) => address === '127.0.0.2' })
    await open('127.0.0.2')
    expect((await open('127.0.0.2')).connection).toBeDefined()
    await open()
    expect((await open()).connection).toBeUndefined()
  })

  it('forgets connections that are over', async () => {
    const { open, table } = await start({})
    const all: Socket[] = []
    for (let i = 0; i < 20; i += 1) all.push((await open()).socket)
    expect(table.size).toBe(20)
    for (const socket of all) socket.destroy()
    await expect.poll(() => table.size, { timeout: 20_000 }).toBe(0)
  })
})
