import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Handles the requests of a connection one after the other. Node hands over all that a client has sent ahead at once,
 * thousands out of one packet, so that one client could take every place there is. Cuts off whoever has more than
 * `maxWaiting` wait.
 */
export function inTurn(handler: NodeHandler, maxWaiting: number): NodeHandler {
  const waitingBySocket = new WeakMap<Socket, (() => void)[]>()

  function handle(request: IncomingMessage, response: ServerResponse, waiting: (() => void)[]): void {
    const { socket } = request
    response.once('close', () => {
      const next = socket.destroyed ? undefined : waiting.shift()
      if (next === undefined) waitingBySocket.delete(socket)
      else next()
    })
    handler(request, response)
  }

  return (request, response) => {
    const { socket } = request
    if (socket.destroyed) return
    const waiting = waitingBySocket.get(socket)
    if (waiting === undefined) {
      const queue: (() => void)[] = []
      waitingBySocket.set(socket, queue)
      handle(request, response, queue)
    } else if (waiting.length < maxWaiting) waiting.push(() => handle(request, response, waiting))
    else socket.destroy()
  }
}
