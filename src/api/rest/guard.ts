import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../../observe/logger.ts'
import { clientFault, serverFault } from '../fault.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import { type RestAccess, refusal } from './access.ts'
import { restAnswer } from './rest-answer.ts'

/** Answers whoever may not ask; `reply.sent` says so. */
export async function checkAccess(access: RestAccess, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const refused = await refusal(access, request)
  if (refused === undefined) return
  const fault = refused.status === 503 ? serverFault(refused.text) : clientFault(refused.text)
  await reply
    .code(refused.status)
    .headers(refused.headers ?? {})
    .send(fault)
}

/** Answers failures in the shape of the REST API, and logs what nobody expected. */
export function answerFailures(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, { id: requestId, method, url }, reply) => {
    const { fault, status, unexpected } = restAnswer(error)
    if (unexpected) logger.error({ err: error, requestId, method, url: url.slice(0, 256) }, 'request failed')
    if (status === 503) reply.header('Retry-After', String(retryAfterSeconds('DatabaseUnavailable')))
    reply.code(status).send(fault)
  })
}
