import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** How one request is answered. Everything has a default: a whole 200 answer, at once, without a body. */
export interface ScriptedAnswer {
  status?: number
  /** Besides Content-Length. */
  headers?: Record<string, string>
  body?: string
  /** In place of `body`. */
  file?: string
  afterMs?: number
  /** How much of it arrives, and what becomes of the connection then. Default: `whole`, and it stays open. */
  deliver?: 'whole' | 'half-then-reset' | 'half-then-close' | 'half-then-silence' | 'reset' | 'close' | 'silence'
  /** Sends the body without a Content-Length and leaves the connection open. */
  withoutLength?: boolean
  /** Closes the connection after the answer, without having said so. */
  thenClose?: boolean
}

export interface ScriptedRequest {
  /** Request line and header lines, as they came. */
  head: string[]
  /** Counts connections from 1. */
  connection: number
  body: string
}

/** A server that says what the script tells it to, byte by byte, and keeps the raw heads of the requests. */
export class ScriptedServer {
  readonly requests: ScriptedRequest[] = []
  onRequest: (request: ScriptedRequest) => void = () => {}
  readonly #server: Server
  readonly #answers = new Map<string, ScriptedAnswer[]>()
  readonly #sockets = new Set<Socket>()
  #connections = 0

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket))
  }

  async listen(port = 0, address = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, address, resolve))
    return (this.#server.address() as AddressInfo).port
  }

  /** The answers for a path, one after the other; the last one goes on. Others get 404, every POST 200. */
  answer(path: string, ...answers: ScriptedAnswer[]): void {
    this.#answers.set(path, answers)
  }

  /** The first lines of all requests: `GET /path`. */
  get asked(): string[] {
    return this.requests.map(({ head }) => head[0]?.replace(/ HTTP\/1\.1$/, '') ?? '')
  }

  /** Forgets answers and requests. */
  reset(): void {
    this.#answers.clear()
    this.requests.length = 0
    this.#connections = 0
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#connections += 1
    const connection = this.#connections
    this.#sockets.add(socket)
    let text = ''
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0)
      if (end < 0 || text.length < end + 4 + length) return
      const request = { head: text.slice(0, end).split('\r\n'), connection, body: text.slice(end + 4) }
      text = ''
      this.requests.push(request)
      this.onRequest(request)
      const answer = this.#next(request.head[0] ?? '')
      setTimeout(() => send(socket, answer), answer.afterMs ?? 0)
    })
  }

  #next(requestLine: string): ScriptedAnswer {
    const [method, path = ''] = requestLine.split(' ')
    const answers = this.#answers.get(path)
    if (!answers) return method === 'POST' ? { body: 'ok\n' } : { status: 404 }
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? {}
  }
}

function send(socket: Socket, answer: ScriptedAnswer): void {
  const { status = 200, headers = {}, deliver = 'whole' } = answer
  if (deliver === 'silence') return
  if (deliver === 'reset') socket.resetAndDestroy()
  else if (deliver === 'close') socket.end()
  else {
    const body = answer.file === undefined ? Buffer.from(answer.body ?? '') : readFileSync(answer.file)
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    if (!answer.withoutLength) lines.push(`Content-Length: ${body.length}\r\n`)
    socket.write(`HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`)
    if (deliver === 'whole') {
      socket.write(body)
      if (answer.thenClose) socket.end()
      return
    }
    // Sent before the end, so that it is half a body and no body at all that arrives.
    socket.write(body.subarray(0, body.length / 2), () => {
      if (deliver === 'half-then-close') socket.end()
      if (deliver === 'half-then-reset') setTimeout(() => socket.resetAndDestroy(), 50)
    })
  }
}
