import type { FastifyInstance } from 'fastify'
import type { RequestTracer } from '../observe/trace.ts'

/**
 * Traces requests to the REST API. A trace that a client brings along is left alone: whoever asks is not known yet, and must not
 * decide what is sent to the collector.
 */
export function traceRequests(app: FastifyInstance, tracer: RequestTracer): void {
  app.addHook('onRequest', async ({ id, ip, method, routeOptions }) => {
    // Paths hold names: the route says as much, and there are few.
    const route = routeOptions.url ?? '(none)'
    tracer.begin(id, `${method} ${route}`, { 'http.request.method': method, 'http.route': route, 'client.address': ip })
  })
  app.addHook('onResponse', async ({ id }, { statusCode }) => {
    const span = tracer.of(id)
    span?.set({ 'http.response.status_code': statusCode })
    span?.end(statusCode >= 500 ? String(statusCode) : undefined)
  })
  // Whoever went away gets no answer.
  app.addHook('onRequestAbort', async ({ id }) => tracer.of(id)?.end('aborted'))
}
