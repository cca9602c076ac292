import type { Cancel, FirmwareClock } from './firmware-clock.ts'
import type { FirmwareObserver } from './firmware-events.ts'
import { IpxeConnection } from './ipxe-connection.ts'
import { IpxeTransaction, type TransactionResult } from './ipxe-transaction.ts'
import type { IpxeUrl } from './ipxe-url.ts'

/** After that iPXE closes a connection that nobody uses. */
const keptConnectionMs = 10_000

export interface FetchOptions {
  url: IpxeUrl
  /** Milliseconds without progress after which it is given up; 0: iPXE's own patience, which has no end. */
  timeoutMs: number
  /** Gets the body of a 2xx answer; the pieces are valid during the call only. */
  body(bytes: Buffer): void
}

/** iPXE's HTTP client: one fetch at a time, and one kept connection for each host and port. */
export class IpxeHttp {
  readonly clock: FirmwareClock
  readonly observer: FirmwareObserver
  /** Sum of the waits that servers asked for. */
  pausedMs = 0
  readonly #localAddress: string | undefined
  readonly #kept = new Map<string, { connection: IpxeConnection; cancel: Cancel }>()
  readonly #connections = new Set<IpxeConnection>()
  #transaction: IpxeTransaction | undefined

  constructor(clock: FirmwareClock, observer: FirmwareObserver, localAddress: string | undefined) {
    this.clock = clock
    this.observer = observer
    this.#localAddress = localAddress
  }

  /** What a fetch waits for now; undefined when there is none. */
  get doing(): string | undefined {
    return this.#transaction?.doing
  }

  /** Fetches to the end. Never rejects. */
  async fetch(options: FetchOptions): Promise<TransactionResult> {
    const result = await new Promise<TransactionResult>((resolve) => {
      this.#transaction = new IpxeTransaction(this, options, resolve)
    })
    this.#transaction = undefined
    return result
  }

  /** A kept connection, or a new one. */
  connection(url: IpxeUrl): { connection: IpxeConnection; kept: boolean } {
    const key = `${url.host} ${url.port}`
    const kept = this.#kept.get(key)
    if (kept) {
      this.#kept.delete(key)
      kept.cancel()
      return { connection: kept.connection, kept: true }
    }
    const connection = new IpxeConnection(url.host, url.port, this.#localAddress, this.clock)
    this.#connections.add(connection)
    connection.onGone = () => {
      this.#connections.delete(connection)
      if (this.#kept.get(key)?.connection !== connection) return
      this.#kept.get(key)?.cancel()
      this.#kept.delete(key)
    }
    return { connection, kept: false }
  }

  /** Puts a connection away for the next request to the same host. */
  keep(url: IpxeUrl, connection: IpxeConnection): void {
    if (connection.gone) return
    connection.keep()
    const cancel = this.clock.limit(keptConnectionMs, () => connection.close())
    this.#kept.set(`${url.host} ${url.port}`, { connection, cancel })
  }

  /** Ends everything at once; a fetch that is under way fails. */
  close(): void {
    this.#transaction?.abort()
    for (const connection of [...this.#connections]) connection.close()
  }
}
