import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** One HTTP/1.1 connection on which requests are made one after the other, with as little of our own work as can be. */
export class KeptConnection {
  readonly #socket: Socket
  readonly #host: string
  #received = ''
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.#host = host
    socket.setNoDelay(true).setEncoding('latin1')
    socket.on('data', (text: string) => this.#onData(text))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  static async open(url: string): Promise<KeptConnection> {
    const { host, hostname, port } = new URL(url)
    const socket = createConnection({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    return new KeptConnection(socket, host)
  }

  /** The status of the answer, once all of it is there. */
  get(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#received = ''
      this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #onData(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end === -1) return
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received)?.[1] ?? 0)
    if (this.#received.length < end + 4 + length) return
    this.#waiting?.resolve(Number(this.#received.slice(9, 12)))
    this.#waiting = undefined
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
