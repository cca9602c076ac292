import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * The first three bytes of a part of 127.0.0.0/8 that nobody else uses, e.g. `127.93.201`: there the ports that Ironic
 * has by default are free, whatever else runs on the machine.
 */
export async function loopbackBlock(): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const block = `127.${randomInt(16, 255)}.${randomInt(1, 255)}`
    if (await isFree(`${block}.1`, 6385)) return block
  }
  throw new Error('something listens on port 6385 of all of loopback; end it')
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ host, port })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
