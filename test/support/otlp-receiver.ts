import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface OtlpValue {
  stringValue?: string
  intValue?: number | string
  boolValue?: boolean
}

interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: { key: string; value: OtlpValue }[]
  status: { code?: number }
}

interface OtlpBody {
  resourceSpans: {
    resource: { attributes: OtlpSpan['attributes'] }
    scopeSpans: { spans: OtlpSpan[] }[]
  }[]
}

export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  /** Of the process that sent it. */
  service: unknown
  attributes: Record<string, unknown>
  failed: boolean
}

const failedStatus = 2

/** A collector: takes spans by OTLP over HTTP, as JSON, and keeps them. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = []
  readonly paths = new Set<string | undefined>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.paths.add(request.url)
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', () => {
        this.#take(JSON.parse(body) as OtlpBody)
        response.setHeader('Content-Type', 'application/json')
        response.end('{}')
      })
    })
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #take({ resourceSpans }: OtlpBody): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = plain(resource.attributes)['service.name']
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { name, parentSpanId, spanId, status, traceId } = span
        const attributes = plain(span.attributes)
        const failed = status.code === failedStatus
        this.spans.push({ traceId, spanId, parentSpanId: parentSpanId || undefined, name, service, attributes, failed })
      }
    }
  }
}

function plain(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { boolValue, intValue, stringValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? boolValue : Number(intValue)),
    ]),
  )
}
