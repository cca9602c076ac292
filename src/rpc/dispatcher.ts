import { randomUUID } from 'node:crypto'
import type { ValidateFunction } from 'ajv'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { failureOf, type RequestTracer } from '../observe/trace.ts'
import { ajv } from './ajv.ts'
import { type CallContext, type Handlers, methods } from './contract.ts'
import { errorObject, ProtocolError, unexpectedError } from './json-rpc-error.ts'
import { answersVersion, versionPattern } from './rpc-version.ts'
import type { MethodName } from './shapes.ts'

/** A JSON-RPC request in, its answer out; undefined for a notification, which gets none. Never rejects. */
export type Dispatcher = (body: string) => Promise<string | undefined>

type JsonObject = Record<string, unknown>
type Id = string | number | null

interface Method {
  params: ValidateFunction
  result: ValidateFunction
  paramNames: string[]
  call(params: JsonObject, context: CallContext): Promise<unknown>
}

/** Told of each call that has been answered. `failed`: by a fault of ours; all other failures are `refused`. */
export type CallObserver = (
  method: string,
  outcome: 'answered' | 'refused' | 'overloaded' | 'failed',
  milliseconds: number,
) => void

/** Longer request ids would only bloat the logs. */
const maxRequestIdLength = 128
const maxMessageLength = 300
const isVersion = new RegExp(versionPattern)

/**
 * Answers calls of those of the contract's methods for which there are `handlers`, `maxCalls` at once; more are refused
 * before anything is done for them, so that their callers go on to another conductor.
 */
export function createDispatcher(
  handlers: Handlers,
  logger: Logger,
  maxCalls = Number.POSITIVE_INFINITY,
  {
    observe = () => undefined,
    tracer,
  }: { observe?: CallObserver | undefined; tracer?: RequestTracer | undefined } = {},
): Dispatcher {
  const table = methodTable(handlers)
  let inFlight = 0

  async function answer(request: JsonObject, id: Id): Promise<string> {
    const name = request.method as string
    if (inFlight >= maxCalls) {
      observe(name, 'overloaded', 0)
      const reason = `${inFlight} calls are being worked on already, which is [bootring]max_rpc_calls`
      return errorAnswer(errorObject(new BootringError('Overloaded', reason)), id)
    }
    inFlight += 1
    const since = performance.now()
    const context = contextOf(request, id, tracer)
    const { requestId, trace } = context
    const traceId = trace?.traceId
    let failure: string | undefined
    let outcome: Parameters<CallObserver>[1] = 'refused'
    try {
      const result = await call(table, request, context)
      outcome = 'answered'
      logger.debug({ method: name, requestId, traceId }, 'rpc call answered')
      return `{"jsonrpc":"2.0","result":${JSON.stringify(result)},"id":${JSON.stringify(id)}}`
    } catch (error) {
      if (error instanceof BootringError || error instanceof ProtocolError) {
        failure = error.name
        const fields = { method: shortened(name), code: error.name, reason: error.message, requestId, traceId }
        logger.debug(fields, 'rpc call refused')
        return errorAnswer(errorObject(error), id)
      }
      outcome = 'failed'
      failure = failureOf(error)
      logger.error({ err: error, requestId, traceId }, 'rpc call failed')
      return errorAnswer(unexpectedError, id)
    } finally {
      inFlight -= 1
      trace?.end(failure)
      observe(name, outcome, performance.now() - since)
    }
  }

  return async (body) => {
    let request: JsonObject
    try {
      request = parseRequest(body)
    } catch (error) {
      // As in Ironic, what is no request at all is answered even without an id.
      const refusal = error instanceof ProtocolError ? errorObject(error) : unexpectedError
      return errorAnswer(refusal, null)
    }
    const id = (request.id ?? null) as Id
    const text = await answer(request, id)
    return id === null ? undefined : text
  }
}

function errorAnswer(error: object, id: Id): string {
  return JSON.stringify({ jsonrpc: '2.0', error, id })
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseRequest(body: string): JsonObject {
  let request: unknown
  try {
    request = JSON.parse(body)
  } catch {
    throw new ProtocolError('ParseError', 'Invalid JSON received by RPC server')
  }
  if (!isObject(request)) throw new ProtocolError('InvalidRequest', 'Request is not a JSON object')
  const { jsonrpc, method, params, id } = request
  if (jsonrpc !== '2.0') throw new ProtocolError('InvalidRequest', 'jsonrpc must be "2.0"')
  if (typeof method !== 'string' || method === '') throw new ProtocolError('InvalidRequest', 'method must be a string')
  if (params !== undefined && !isObject(params)) throw new ProtocolError('InvalidRequest', 'params must be an object')
  // The id is repeated in the answer: a deeply nested one could not be written.
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    throw new ProtocolError('InvalidRequest', 'id must be a string, a number or null')
  }
  return request
}

async function call(table: Record<string, Method>, request: JsonObject, context: CallContext): Promise<unknown> {
  const name = request.method as string
  const method = table[name]
  if (method === undefined) throw new ProtocolError('MethodNotFound', `Method ${shortened(name)} was not found`)
  const params = request.params ?? {}
  checkVersion(params as JsonObject)
  if (!method.params(params)) {
    const faults = (method.params.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    throw new ProtocolError('InvalidParams', shortened(`Params are invalid for ${name}: ${faults.join('; ')}`))
  }
  const given = params as JsonObject
  const callParams: JsonObject = {}
  for (const key of method.paramNames) if (given[key] !== undefined) callParams[key] = given[key]
  const result = await method.call(callParams, context)
  if (!method.result(result)) throw new TypeError(`${name} gave a result that its schema forbids`)
  return result
}

/** Before the parameters: those of a later version are none of this one's. */
function checkVersion({ 'rpc.version': asked }: JsonObject): void {
  if (typeof asked !== 'string' || !isVersion.test(asked) || answersVersion(asked)) return
  throw new ProtocolError('UnsupportedVersion', `Specified RPC version, ${asked}, not supported by this endpoint`)
}

function shortened(text: string): string {
  return text.length <= maxMessageLength ? text : `${text.slice(0, maxMessageLength)}…`
}

/** What accompanies a call, of which nothing has been checked yet. */
function contextOf({ method, params }: JsonObject, id: Id, tracer: RequestTracer | undefined): CallContext {
  const given = isObject(params) && isObject(params.context) ? params.context : {}
  const context: CallContext = { requestId: requestId(given, id) }
  // Those who trace begin it: a caller that says nothing of a trace has none.
  if (tracer === undefined || typeof given.traceparent !== 'string') return context
  const name = shortened(String(method))
  context.trace = tracer.begin(
    context.requestId,
    name,
    { 'rpc.system': 'jsonrpc', 'rpc.method': name },
    given.traceparent,
  )
  return context
}

/** Ironic's callers put theirs into `context`, and use it as the call's id too. */
function requestId(context: JsonObject, id: Id): string {
  for (const candidate of [context.request_id, id]) {
    if (typeof candidate === 'string' && candidate !== '' && candidate.length <= maxRequestIdLength) return candidate
  }
  return `req-${randomUUID()}`
}

/** Without a prototype, so that `constructor` or `__proto__` name no method. */
function methodTable(handlers: Handlers): Record<string, Method> {
  const table: Record<string, Method> = Object.create(null)
  for (const name of Object.keys(methods) as MethodName[]) {
    // The schema will have been checked; the compiler can't tell that params and handler belong together.
    const handler = handlers[name] as ((params: JsonObject, context: CallContext) => Promise<unknown>) | undefined
    if (handler === undefined) continue
    const { params, result } = methods[name]
    table[name] = {
      params: ajv.compile({
        type: 'object',
        properties: {
          ...params.properties,
          context: { type: 'object' },
          'rpc.version': { type: 'string', pattern: versionPattern },
        },
        required: [...params.required, 'context'],
        additionalProperties: false,
      }),
      result: ajv.compile(result),
      paramNames: Object.keys(params.properties),
      call: handler,
    }
  }
  return table
}
