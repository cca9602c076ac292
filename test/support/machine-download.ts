import { createHash } from 'node:crypto'
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'

export interface Downloaded {
  status: number
  headers: IncomingHttpHeaders
  sha256: string
  bytes: number
  /** What firmware would take for a failure. */
  error: Error | undefined
}

/** A machine that fetches a file on a connection of its own, and keeps nothing of it but the digest. */
export class MachineDownload {
  readonly done: Promise<Downloaded>
  bytes = 0
  readonly #request: ClientRequest

  constructor(address: { host: string; port: number }, path: string, method = 'GET', headers = {}) {
    const hash = createHash('sha256')
    this.#request = request({ ...address, path, method, headers, agent: false })
    this.done = new Promise((resolve) => {
      const end = (status: number, answerHeaders: IncomingHttpHeaders, error?: Error) =>
        resolve({ status, headers: answerHeaders, sha256: hash.copy().digest('hex'), bytes: this.bytes, error })
      this.#request.on('error', (error) => end(0, {}, error))
      this.#request.on('response', (response) => {
        const status = response.statusCode ?? 0
        response.on('data', (chunk: Buffer) => {
          hash.update(chunk)
          this.bytes += chunk.length
        })
        response.on('error', (error) => end(status, response.headers, error))
        response.on('end', () => end(status, response.headers))
      })
    })
    this.#request.end()
  }

  switchOff(): void {
    this.#request.destroy()
  }
}
