import { mkdir, realpath } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { ConnectionTable, holdConnections } from '../../http/connection-table.ts'
import { inTurn } from '../../http/in-turn.ts'
import type { ImageBytes } from '../../ipxe/image-arrival.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import type { Logger } from '../../observe/logger.ts'
import type { TraceSpan } from '../../observe/trace.ts'
import { gracefulCloser } from '../../rpc/graceful-close.ts'
import { type ListenAddress, listen } from '../../rpc/listen.ts'
import { refuseBrokenRequests } from '../../rpc/refuse-broken-requests.ts'
import { type Download, watchDownload } from './download.ts'
import { contentTypeOf, parseFilePath, parseImagePath } from './file-path.ts'
import { type FileServerLimits, fileServerLimits } from './file-server-limits.ts'
import { missingImages, type OnMissing } from './missing-images.ts'
import { type FileAnswer, fileOpener } from './open-file.ts'
import { sendImage } from './send-image.ts'
import { type DownloadTracing, traceDownload } from './trace-download.ts'

export interface FileServerOptions {
  /** Made if it is not there yet. */
  httpRoot: string
  host: string
  /** 0: any free one. */
  port: number
  /** Called for a node's kernel or ramdisk that is not on disk, once for each file at a time. */
  onMissing?: OnMissing
  /** How long a machine waits for the first bytes of such a file before it is told to ask again. Default: 10. */
  missingWaitSeconds?: number
  limits?: Partial<FileServerLimits>
  /** Clients that may have any number of connections. Default: none. */
  isProxy?: (address: string) => boolean
  /** Called for each request; what it returns, when that has been answered, with the status and the bytes that were sent. */
  onRequest?: () => (status: number, bytes: number) => void
  /** Hears of each download, when it has ended. */
  onDownload?: ((download: Download) => void) | undefined
  /** undefined: downloads are not traced. */
  tracing?: DownloadTracing | undefined
  logger: Logger
}

export interface FileServer {
  address: ListenAddress
  /** Stops accepting, gives downloads a few seconds to end. */
  close(): Promise<void>
}

const closeGraceSeconds = 5
/** iPXE waits this long after a 503, then asks again by itself. */
const retryAfterSeconds = '5'

/**
 * Serves http_root to firmware: GET and HEAD, ranges, conditions, always with a length; no listings, no redirects, no
 * hidden files, nothing outside the root. Rejects with the system's error where it can't listen.
 */
export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const { httpRoot, isProxy = () => false, logger, missingWaitSeconds = 10 } = options
  const limits = { ...fileServerLimits, ...options.limits }
  await mkdir(httpRoot, { recursive: true })
  const openFile = fileOpener(await realpath(httpRoot), (path) => {
    logger.warn({ path }, 'link in http_root leads out of it: not served')
  })
  const onMissing: OnMissing = options.onMissing ?? (async () => undefined)
  // One image that breaks off does so for all that read it.
  const budget = new LogBudget(10, 20)
  const fetchMissing = missingImages(onMissing, missingWaitSeconds, logger)

  let downloads = 0
  async function respond(request: IncomingMessage, response: ServerResponse, trace?: TraceSpan): Promise<void> {
    if (downloads >= limits.maxDownloads) return refuse(response, 503, { 'Retry-After': retryAfterSeconds })
    downloads += 1
    response.once('close', () => {
      downloads -= 1
    })
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
    const segments = parseFilePath(request.url ?? '')
    if (segments === undefined) return refuse(response, 404)
    let answer = await openFile(request, segments)
    if (answer !== undefined) trace?.set({ 'bootring.source': 'disk' })
    const image = answer === undefined ? parseImagePath(segments) : undefined
    if (image !== undefined) {
      const outcome = await fetchMissing(image.nodeUuid, image.fileName)
      if (outcome !== 'absent') trace?.set({ 'bootring.source': 'fetched' })
      if (outcome === 'soon') return refuse(response, 503, { 'Retry-After': retryAfterSeconds })
      if (typeof outcome === 'object') return await respondWithImage(request, response, outcome)
      if (outcome === 'there') answer = await openFile(request, segments)
    }
    if (answer === undefined) refuse(response, 404)
    else await sendAnswer(response, answer, contentTypeOf(segments))
  }

  const server = createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMilliseconds,
    requestTimeout: limits.requestTimeoutMilliseconds,
    keepAliveTimeout: limits.keepAliveTimeoutMilliseconds,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMilliseconds / 2),
    keepAlive: true,
    keepAliveInitialDelay: limits.probeAfterMilliseconds,
  })
  server.timeout = limits.stalledTimeoutMilliseconds
  holdConnections(server, new ConnectionTable({ ...limits, isExempt: isProxy }))
  const closer = gracefulCloser(server)
  refuseBrokenRequests(server)
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (options.onRequest) {
      const { socket } = request
      const sentBefore = socket.bytesWritten
      const ended = options.onRequest()
      response.once('close', () => ended(response.statusCode, socket.bytesWritten - sentBefore))
    }
    if (options.onDownload) watchDownload(request, response, options.onDownload)
    const trace = options.tracing && traceDownload(request, response, options.tracing)
    // Bodies mean nothing here.
    request.resume()
    respond(request, response, trace).catch((error: unknown) => {
      const { code } = error as { code?: unknown }
      const suppressed = budget.take()
      if (suppressed !== undefined)
        logger.error({ err: error, path: request.url, suppressed }, 'file could not be served')
      if (response.headersSent) response.destroy()
      // The system's errors (too many open files, …) pass; anything else is a bug.
      else if (typeof code === 'string') refuse(response, 503, { 'Retry-After': retryAfterSeconds })
      else refuse(response, 500)
    })
  }
  server.on('request', inTurn(handle, limits.maxPipelinedRequests))
  const address = await listen(server, options)
  return { address, close: () => closer.close(closeGraceSeconds) }
}

/** A part of what is not there yet may lie at its end: who wants parts asks again. */
async function respondWithImage(request: IncomingMessage, response: ServerResponse, image: ImageBytes): Promise<void> {
  if (response.destroyed || request.headers.range !== undefined) {
    image.cancel()
    if (!response.destroyed) refuse(response, 503, { 'Retry-After': retryAfterSeconds })
  } else await sendImage(response, image, request.method !== 'HEAD')
}

async function sendAnswer(response: ServerResponse, answer: FileAnswer, contentType: string): Promise<void> {
  const { status, headers, stream } = answer
  if (status >= 400) {
    refuse(response, status, headers)
    return
  }
  // 304 describes the file that the client has already.
  const sent = status === 304 ? headers : { ...headers, 'Content-Type': contentType }
  // Those that are handed to writeHead nobody can ask for afterwards.
  response.setHeaders(new Map(Object.entries(sent))).writeHead(status)
  if (stream === undefined) {
    response.end()
    return
  }
  if (response.destroyed) {
    stream.destroy()
    return
  }
  try {
    await pipeline(stream, response, { end: false })
  } catch (error) {
    // Firmware resets connections as a matter of course.
    if (response.destroyed) return
    throw error
  }
  if (stream.bytesRead !== Number(headers['Content-Length'])) {
    throw new Error(`file changed its length while it was sent (${stream.bytesRead} of ${headers['Content-Length']})`)
  }
  response.end()
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string | number> = {}): void {
  const text = `${STATUS_CODES[status]}\n`
  const own = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': text.length }
  response.writeHead(status, { ...headers, ...own }).end(text)
}
