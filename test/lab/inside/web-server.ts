/*
 * web-server.ts FOLDER ADDRESS PORT: an HTTP server for the files of FOLDER that also takes every POST. It prints one
 * line of JSON for each request, a WebRequest (../web-server.ts). "hold PATH" on standard input makes it wait with the
 * last byte of the answers for PATH until "release PATH".
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const [folder = '.', address, port] = process.argv.slice(2)
const held = new Map<string, (() => void)[]>()

createInterface({ input: process.stdin }).on('line', (line) => {
  const [order, path = ''] = line.split(' ')
  if (order === 'hold') held.set(path, [])
  if (order === 'release') {
    const waiting = held.get(path) ?? []
    held.delete(path)
    for (const go of waiting) go()
  }
})

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? '/', 'http://lab').pathname
  const body = await text(request)
  const print = (status: number) =>
    process.stdout.write(
      `${JSON.stringify({ method: request.method, path, status, body, client: request.socket.remoteAddress })}\n`,
    )
  const file = join(folder, path)
  const known = request.method === 'POST' || (existsSync(file) && !path.endsWith('/'))
  const status = known ? 200 : 404
  const content = request.method === 'POST' ? Buffer.from('ok\n') : known ? readFileSync(file) : Buffer.alloc(0)
  response.writeHead(status, { 'content-length': content.length })
  const waiting = held.get(path)
  if (waiting) response.write(content.subarray(0, -1))
  print(status)
  if (waiting) await new Promise<void>((resolve) => waiting.push(resolve))
  response.end(request.method === 'HEAD' ? undefined : waiting ? content.subarray(-1) : content)
})
server.listen(Number(port), address, () => process.stdout.write('listening\n'))
