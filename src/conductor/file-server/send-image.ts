import type { ServerResponse } from 'node:http'
import type { ImageBytes } from '../../ipxe/image-arrival.ts'

/**
 * Sends an image while it arrives. Where the rest does not come, the connection is reset: firmware must take that for the
 * failure it is, and no cache for a whole file.
 */
export async function sendImage(response: ServerResponse, image: ImageBytes, withBody: boolean): Promise<void> {
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', image.totalBytes)
  response.setHeader('Cache-Control', 'no-store')
  response.writeHead(200)
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
      // A byte too many would be taken for the next answer.
      if (sent > image.totalBytes) break
      await written(response, chunk)
    }
    if (sent !== image.totalBytes) throw new Error(`image changed its length while it was sent (${image.totalBytes})`)
  } catch (error) {
    if (response.destroyed) return
    socket?.resetAndDestroy()
    throw error
  }
  response.end()
}

/** When the system has taken it, and its memory may be used again; or when there is nobody left to take it. */
async function written(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  const done = Promise.withResolvers<void>()
  response.once('close', done.resolve)
  response.write(chunk, () => done.resolve())
  await done.promise
  response.off('close', done.resolve)
}
