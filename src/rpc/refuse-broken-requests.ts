import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Answers what could not even be parsed as HTTP, or did not come in time: with a length, unlike node's own answer,
 * and then the end of the connection.
 */
export function refuseBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = statusOf(error)
    const text = JSON.stringify({ error: { code: status, message: STATUS_CODES[status] } })
    const headers = `Content-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close`
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${text}`)
  })
}

function statusOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}
