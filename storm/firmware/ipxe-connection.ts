import { connect, type Socket } from 'node:net'
import type { Cancel, FirmwareClock } from './firmware-clock.ts'

/** Who uses a connection at the moment. */
export interface ConnectionUser {
  /** It can be written to. */
  opened(): void
  /** The bytes are valid during the call only. */
  received(bytes: Buffer): void
  /** It is gone. `failure` undefined: the server closed it in order. */
  closed(failure: string | undefined): void
  /** It is gone as a kept one goes: the server may never have seen the request. */
  stale(): void
}

/**
 * SYNs after 0, 0.25, 0.75, 1.75, 3.75 and 7.75 s; before the next one iPXE's back-off is over its limit of 10 s
 * (src/net/retry.c).
 */
const connectLimitMs = 15_750
/** iPXE knows nothing of what the kernel has learned about a host: it goes on until its limit. */
const transientErrors = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT'])
const retryUnreachableMs = 1000

/** What node:net says, in words. */
const failures: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'timed out',
}

// All reading is done in one turn of the event loop: one buffer serves every connection.
const readBuffer = Buffer.allocUnsafe(65_536)

/** One TCP connection to a server, first of one transaction, then perhaps of another (src/net/tcp/httpconn.c). */
export class IpxeConnection {
  user: ConnectionUser | undefined
  /** Called when it is gone. */
  onGone: () => void = () => {}
  #socket: Socket | undefined
  #open = false
  #gone = false
  /** It was kept, and nothing has arrived since. */
  #untested = false
  #cancelLimit: Cancel | undefined
  #cancelRetry: Cancel | undefined
  readonly #host: string
  readonly #port: number
  readonly #localAddress: string | undefined
  readonly #clock: FirmwareClock

  constructor(host: string, port: number, localAddress: string | undefined, clock: FirmwareClock) {
    this.#host = host
    this.#port = port
    this.#localAddress = localAddress
    this.#clock = clock
    this.#cancelLimit = clock.limit(connectLimitMs, () => this.#end('timed out'))
    this.#connect()
  }

  get open(): boolean {
    return this.#open
  }

  get gone(): boolean {
    return this.#gone
  }

  send(text: string): void {
    this.#socket?.write(text, 'latin1')
  }

  /** From now on without a user, until there is another. */
  keep(): void {
    this.user = undefined
    this.#untested = true
  }

  /** Closes it from this side. */
  close(): void {
    this.user = undefined
    this.#end(undefined)
  }

  #connect(): void {
    const socket = connect({
      host: this.#host,
      port: this.#port,
      ...(this.#localAddress === undefined ? {} : { localAddress: this.#localAddress }),
      autoSelectFamily: false,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length, buffer) => this.#received(length, buffer) },
    })
    this.#socket = socket
    socket.once('connect', () => {
      this.#cancelLimit?.()
      this.#open = true
      this.user?.opened()
    })
    socket.once('end', () => this.#end(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? error.message))
  }

  #received(length: number, buffer: Uint8Array): boolean {
    this.#untested = false
    this.user?.received(buffer.subarray(0, length) as Buffer)
    return true
  }

  #failed(code: string): void {
    if (!this.#open && !this.#gone && transientErrors.has(code)) {
      this.#cancelRetry = this.#clock.limit(retryUnreachableMs, () => this.#connect())
      return
    }
    this.#end(failures[code] ?? code)
  }

  #end(failure: string | undefined): void {
    if (this.#gone) return
    this.#gone = true
    this.#cancelLimit?.()
    this.#cancelRetry?.()
    this.#socket?.destroy()
    this.onGone()
    const user = this.user
    this.user = undefined
    if (this.#untested) user?.stale()
    else user?.closed(failure)
  }
}
