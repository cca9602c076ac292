import type { FastifyReply, FastifyRequest } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { MethodName, Params, Result } from '../../rpc/shapes.ts'
import { nodeOf } from './node-lookup.ts'
import type { Rest } from './rest.ts'

export interface NodeParams {
  node: string
}

type NodeRequest = Pick<FastifyRequest, 'id' | 'microversion' | 'host'> & { params: NodeParams }

/** The node of the request's path. Throws as `nodeOf`. */
export function nodeOfPath(rest: Rest, { microversion, params }: NodeRequest): Promise<NodeRecord> {
  return nodeOf(rest.reader, params.node, microversion)
}

/** Has a conductor work on the node. */
export function tellConductor<M extends MethodName>(
  rest: Rest,
  request: Pick<FastifyRequest, 'id'>,
  node: NodeRecord,
  method: M,
  params: Params<M>,
): Promise<Result<M>> {
  return rest.conductors.call(node, method, params, request.id)
}

/** Where a client may see what became of its request: below `nodes/`, by the name that it used. */
export function leadTo(reply: FastifyReply, rest: Rest, request: NodeRequest, path: string): void {
  reply.header('Location', `${rest.rootUrl(request)}/v1/nodes/${encodeURIComponent(request.params.node)}/${path}`)
}

/** What a node's hardware type does not do. */
export function unsupported(node: NodeRecord, extension: string): BootringError {
  const message = `Driver ${node.driver} does not support ${extension} (disabled or not implemented).`
  return new BootringError('UnsupportedDriverExtension', message)
}
