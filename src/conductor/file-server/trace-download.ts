import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestTracer, TraceSpan } from '../../observe/trace.ts'
import { sentBytes } from './download.ts'
import { bootFileOf } from './file-event.ts'
import { parseFilePath } from './file-path.ts'
import type { ScriptTraces } from './script-traces.ts'

export interface DownloadTracing {
  tracer: RequestTracer
  scripts: ScriptTraces
}

/** The step that a download of a boot file is, until it has ended; undefined where it is not traced. */
export function traceDownload(
  request: IncomingMessage,
  response: ServerResponse,
  { scripts, tracer }: DownloadTracing,
): TraceSpan | undefined {
  const segments = request.method === 'GET' ? parseFilePath(request.url ?? '') : undefined
  const file = segments && bootFileOf(segments)
  if (file === undefined) return undefined
  const attributes = {
    'bootring.node': file.nodeUuid ?? undefined,
    'bootring.mac': file.mac ?? undefined,
    'bootring.file': file.name,
    'client.address': request.socket.remoteAddress,
  }
  const parent = file.nodeUuid === null ? undefined : scripts.of(file.nodeUuid)
  const span = tracer.begin(`req-${randomUUID()}`, 'GET file', attributes, parent)
  if (span === undefined) return undefined
  const sent = sentBytes(request, response)
  response.once('close', () => {
    const { statusCode: status, writableFinished: isWhole } = response
    span.set({ 'http.response.status_code': status, 'bootring.bytes': sent() })
    span.end(status >= 500 ? String(status) : isWhole ? undefined : 'aborted')
  })
  return span
}
