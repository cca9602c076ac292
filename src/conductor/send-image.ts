import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ImageBytes } from '../ipxe/image-arrival.ts'

/**
 * Sends an image while it arrives. Where the rest does not come, the connection is reset: firmware must take that for the
 * failure it is, and no cache for a whole file.
 */
export async function sendImage(response: ServerResponse, image: ImageBytes, withBody: boolean): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': image.totalBytes,
    'Cache-Control': 'no-store',
  })
  if (!withBody) {
    image.cancel()
    response.end()
    return
  }
  const socket = response.socket
  let sent = 0
  try {
    for await (const chunk of image.read()) {
      if (response.destroyed) return
      sent += chunk.length
      if (!response.write(chunk)) await drained(response)
    }
    if (sent !== image.totalBytes) throw new Error(`${sent} of ${image.totalBytes} bytes were there`)
  } catch (error) {
    if (response.destroyed) return
    socket?.resetAndDestroy()
    throw error
  }
  response.end()
}

/** Or closed. */
async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController()
  const { signal } = done
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
  } finally {
    done.abort()
  }
}
