import type { RestParts } from '../../src/api/rest/rest.ts'
import type { ApiServerOptions } from '../../src/api/server.ts'
import type { JsonObject } from '../../src/model/node.ts'
import type { ConductorClient } from '../../src/rpc/contract.ts'
import type { MethodName, Result } from '../../src/rpc/shapes.ts'
import { type BootServer, startBootServer } from './boot-server.ts'
import { FakeReader } from './fake-reader.ts'
import { recordingLogger } from './recording-logger.ts'

/** A call that a conductor got. */
export interface RecordedCall {
  hostname: string
  method: MethodName
  params: JsonObject
}

export interface RestAnswer {
  status: number
  headers: Headers
  /** Parsed; undefined where there was none. */
  body: JsonObject
  /** Words of an error in Ironic's shape. */
  fault: string
}

export interface RestServer extends BootServer {
  reader: FakeReader
  calls: RecordedCall[]
  /** `headers` beside the version; `body` is sent as JSON. */
  ask(method: string, path: string, request?: RestRequest): Promise<RestAnswer>
}

export interface RestRequest {
  version?: string
  headers?: Record<string, string>
  body?: unknown
}

/** What conductors answer, or throw, by method; what is not named is an empty object. */
export type Answers = Partial<Record<MethodName, (params: JsonObject, hostname: string) => unknown>>

/** The real API with its REST part, over rows in memory and conductors that record what they are told. Ends with the test. */
export async function startRestServer(
  answers: Answers = {},
  changes: Partial<RestParts> = {},
  server: Partial<ApiServerOptions> = {},
): Promise<RestServer> {
  const reader = new FakeReader()
  const calls: RecordedCall[] = []
  const conductors: ConductorClient = {
    async call<M extends MethodName>(hostname: string, method: M, params: object): Promise<Result<M>> {
      const recorded = { hostname, method, params: structuredClone(params) as JsonObject }
      calls.push(recorded)
      return ((await answers[method]?.(recorded.params, hostname)) ?? {}) as Result<M>
    },
  }
  const rest: RestParts = {
    reader,
    conductors,
    rings: { order: async () => ['one', 'two'], owner: async () => 'one', conductors: async () => [] },
    access: { kind: 'open' },
    logger: recordingLogger(),
    options: {
      maxLimit: 1000,
      restrictLookup: true,
      heartbeatTimeoutSeconds: 60,
      agentHeartbeatTimeoutSeconds: 300,
    },
    ...changes,
  }
  const started = await startBootServer({ server: { rest, ...server } })
  const root = `http://127.0.0.1:${started.address.port}`
  return {
    ...started,
    reader,
    calls,
    async ask(method, path, { body, headers = {}, version = '1.96' } = {}) {
      const response = await fetch(root + path, {
        method,
        headers: {
          'X-OpenStack-Ironic-API-Version': version,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        redirect: 'manual',
      })
      const text = await response.text()
      const parsed = text === '' ? undefined : JSON.parse(text)
      const fault = parsed?.error_message === undefined ? '' : JSON.parse(parsed.error_message).faultstring
      return { status: response.status, headers: response.headers, body: parsed, fault }
    },
  }
}
