import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

/** One request that the server got. */
export interface WebRequest {
  method: string
  path: string
  status: number
  body: string
  /** Address of the client. */
  client: string
}

/** What a machine's init reported. */
export interface Report {
  mac: string
  cmdline: string
}

const program = fileURLToPath(new URL('inside/web-server.ts', import.meta.url))

/** The HTTP server beside DHCP: it has the root script, and machines report to it. */
export class WebServer {
  /** e.g. `http://10.77.0.1`. */
  readonly url: string
  readonly #folder: string
  readonly #process: LabProcess

  private constructor(url: string, folder: string, started: LabProcess) {
    this.url = url
    this.#folder = folder
    this.#process = started
  }

  /** Starts it on port 80 of all the host's addresses. */
  static async start(host: Host): Promise<WebServer> {
    const folder = join(host.folder, `web-${host.name}`)
    mkdirSync(folder)
    const started = host.spawn([process.execPath, program, folder, '::', '80'])
    await started.untilOutput('listening\n', 20)
    return new WebServer(`http://${host.urlHost}`, folder, started)
  }

  /** Puts a file under the server's root. */
  put(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.#folder, name), content)
  }

  /** All requests since the start. */
  get requests(): WebRequest[] {
    return this.#process.output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as WebRequest)
  }

  /** Waits with the last byte of the answers for `path` until `release`. */
  hold(path: string): void {
    this.#process.write(`hold ${path}\n`)
  }

  release(path: string): void {
    this.#process.write(`release ${path}\n`)
  }

  /** Waits for a request, counted from the `since`th on. */
  async untilRequest(
    what: string,
    matches: (request: WebRequest) => boolean,
    seconds: number,
    since = 0,
  ): Promise<WebRequest> {
    return await this.#process.until(what, () => this.requests.slice(since).find(matches), seconds)
  }

  /** What machines reported, from the `since`th request on. */
  reports(since = 0): Report[] {
    return this.requests.slice(since).filter(isReport).map(parseReport)
  }
}

const isReport = (request: WebRequest) => request.method === 'POST' && request.path === '/report'

function parseReport({ body }: WebRequest): Report {
  // Not a well-formed form: the kernel's command line stands last, as it is.
  const match = /^mac=([^&]*)&uptime=[^&]*&cmdline=(.*)$/s.exec(body)
  if (!match) throw new Error(`a machine reported ${JSON.stringify(body)}`)
  return { mac: match[1] ?? '', cmdline: (match[2] ?? '').trim() }
}
