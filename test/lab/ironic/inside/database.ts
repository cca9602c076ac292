/*
 * Runs inside a host of the lab: database.ts ENGINE IP. Starts a database server with the database `ironic`, and lets
 * the other hosts reach it at IP, since it listens on loopback alone. Prints the URL; ends when it reads a line.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { databaseServers } from '../ironic-database.ts'

const [engine, ip] = process.argv.slice(2)
if ((engine !== 'mariadb' && engine !== 'postgresql') || ip === undefined) throw new Error('database.ts ENGINE IP')

const server = await databaseServers[engine].start()
await server.createDatabase('ironic')
const url = server.url('ironic')
const port = Number(/127\.0\.0\.1:(\d+)/.exec(url)?.[1])

const relay = createServer((outside: Socket) => {
  const inside = connect(port, '127.0.0.1')
  for (const socket of [outside, inside]) {
    socket.setNoDelay(true)
    socket.on('error', () => {
      outside.destroy()
      inside.destroy()
    })
  }
  outside.pipe(inside).pipe(outside)
})
relay.listen(port, ip)
await once(relay, 'listening')
process.stdout.write(`url ${url.replace('127.0.0.1', ip)}\n`)

await once(process.stdin, 'data')
await server.stop()
process.exit(0)
