import { failureOf, type RequestTracer } from '../observe/trace.ts'
import type { ConductorClient } from './contract.ts'

/** Calls of requests that are traced become steps of theirs, of which the callee hears. */
export function tracedClient(client: ConductorClient, tracer: Pick<RequestTracer, 'of'>): ConductorClient {
  return {
    async call(hostname, method, params, context) {
      const attributes = { 'rpc.system': 'jsonrpc', 'rpc.method': method, 'bootring.conductor': hostname }
      const span = tracer.of(context.requestId)?.child(`rpc ${method}`, attributes, 'call')
      if (span === undefined) return await client.call(hostname, method, params, context)
      context.trace = span
      try {
        const result = await client.call(hostname, method, params, context)
        span.end()
        return result
      } catch (error) {
        span.end(failureOf(error))
        throw error
      }
    },
  }
}
