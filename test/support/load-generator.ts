import { connect, type Socket } from 'node:net'

/** What came back. */
export interface LoadCount {
  /** Answers by status. */
  readonly answers: Map<number, number>
  /** Milliseconds that each answer took, in the order in which they came. */
  readonly milliseconds: number[]
  /** Connections that ended without an answer to what was asked over them. */
  broken: number
}

export interface Load extends LoadCount {
  /** Resolves when each connection has had its last answer. */
  stop(): Promise<void>
}

/**
 * Clients on kept connections, each of which asks for the next target as soon as it has its answer, and connects again
 * where the connection ends. Costs little itself: it reads lengths and no more.
 */
export function generateLoad(
  address: { host: string; port: number },
  connections: number,
  nextTarget: () => string,
): Load {
  const count: LoadCount = { answers: new Map(), milliseconds: [], broken: 0 }
  let stopping = false
  const clients = Array.from({ length: connections }, () => new Promise<void>((resolve) => run(resolve)))

  function run(resolve: () => void): void {
    const socket: Socket = connect(address.port, address.host).setNoDelay(true)
    let received = Buffer.alloc(0)
    let askedAt = 0
    let waiting = false
    const ask = () => {
      received = Buffer.alloc(0)
      waiting = true
      askedAt = performance.now()
      socket.write(`GET ${nextTarget()} HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`)
    }
    socket.on('connect', ask)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = received.toString('latin1', 0, end)
      if (received.length < end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)) return
      const status = Number(head.slice(9, 12))
      count.answers.set(status, (count.answers.get(status) ?? 0) + 1)
      count.milliseconds.push(performance.now() - askedAt)
      waiting = false
      if (stopping) socket.destroy()
      else ask()
    })
    socket.on('close', () => {
      if (waiting) count.broken += 1
      if (stopping) resolve()
      else setTimeout(() => run(resolve), 10)
    })
  }

  return Object.assign(count, {
    async stop() {
      stopping = true
      await Promise.all(clients)
    },
  })
}

/** The value below which this share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
