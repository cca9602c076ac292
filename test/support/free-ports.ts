import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections, and above those that programs have by custom. */
const first = 11_000
const perWorker = 2_500
const workers = 8

// Two runs of the tests at the same time shall not go through the same ports in step.
let next = Math.floor(Math.random() * perWorker)

/**
 * That many TCP ports on which nobody listens, all different. No port is given twice until they have gone round, and test files
 * that run at the same time have different ones: what is started on them can't be forestalled.
 */
export async function freePorts(count: number): Promise<number[]> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % workers
  const ports: number[] = []
  while (ports.length < count) {
    const port = first + worker * perWorker + (next % perWorker)
    next += 1
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port as number
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port)
  const listens = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (listens) await once(server.close(), 'close')
  return listens
}
