import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorBody, jsonFields } from './json-answer.ts'

/** How long the rest of a refused body is read and thrown away: closing at once could cost the client our answer. */
const lingerMs = 1000

/** Answers 413, and ends the connection. */
export function refuseLargeBody(request: IncomingMessage, response: ServerResponse, maxBodyBytes: number): void {
  const text = errorBody(413, `Request body is larger than ${maxBodyBytes} bytes`)
  response.shouldKeepAlive = false
  response.writeHead(413, jsonFields(text)).write(text)
  const finish = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(finish, lingerMs)
  request.once('end', finish).once('close', finish).resume()
}
