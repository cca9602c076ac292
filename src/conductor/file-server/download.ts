import type { IncomingMessage, ServerResponse } from 'node:http'

/** A download that has ended. */
export interface Download {
  /** The request target, as the client wrote it. */
  target: string
  remoteAddress: string | undefined
  userAgent: string | undefined
  status: number
  /** Of the file, that were sent. */
  bytes: number
  /** All that was to be sent has been taken by the system; else the connection broke off. */
  isWhole: boolean
  milliseconds: number
}

/**
 * Tells when a download has ended, and how. What is no download, or only a further piece of one, is not told: HEAD,
 * conditions, and all ranges but the first.
 */
export function watchDownload(
  request: IncomingMessage,
  response: ServerResponse,
  onDownload: (download: Download) => void,
): void {
  if (request.method !== 'GET') return
  const startedAt = performance.now()
  const { socket, url: target = '' } = request
  const { remoteAddress } = socket
  const sent = sentBytes(request, response)
  response.once('close', () => {
    const { statusCode: status, writableFinished: isWhole } = response
    if (status === 304 || (status === 206 && !isFirstRange(response))) return
    const bytes = sent()
    const userAgent = request.headers['user-agent']
    const milliseconds = performance.now() - startedAt
    onDownload({ target, remoteAddress, userAgent, status, bytes, isWhole, milliseconds })
  })
}

/** Counts from now on; to be asked when the response is closed. */
export function sentBytes({ socket }: IncomingMessage, response: ServerResponse): () => number {
  const writtenBefore = socket.bytesWritten
  return () => {
    const total = Number(response.getHeader('Content-Length') ?? 0)
    const sent = Math.max(0, socket.bytesWritten - writtenBefore - socket.writableLength)
    return response.writableFinished ? total : Math.min(total, sent)
  }
}

/** Disk images are read in pieces, a great many of them. */
function isFirstRange(response: ServerResponse): boolean {
  return /^bytes 0-/.test(String(response.getHeader('Content-Range')))
}
