import { BootringError } from '../model/errors.ts'
import { ajv } from './ajv.ts'
import { methods } from './contract.ts'
import type { Exchange } from './exchange.ts'
import { errorFromCallee } from './json-rpc-error.ts'
import type { MethodName, Result, RpcVersion } from './shapes.ts'

const isError = ajv.compile<{ error: { code: number; message: string; data?: { class: string } } }>({
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'number' },
        message: { type: 'string' },
        data: { type: 'object', properties: { class: { type: 'string' } }, required: ['class'] },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
})

const results = Object.fromEntries(Object.entries(methods).map(([name, { result }]) => [name, ajv.compile(result)]))

/**
 * The result that an HTTP answer holds, to a call that said version `needed`. Throws the callee's error as a `BootringError`, and `ConductorUnreachable`
 * for whatever is no answer to this call.
 */
export function parseAnswer<M extends MethodName>(
  hostname: string,
  method: M,
  id: string,
  needed: RpcVersion,
  { status, body }: Exchange,
): Result<M> {
  if (status === 401) {
    throw unusable(
      hostname,
      'refused our user or password (HTTP 401): see [json_rpc]username and password here, and http_basic_auth_user_file there',
    )
  }
  if (status !== 200) throw unusable(hostname, `answered HTTP ${status}`)
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch (error) {
    throw unusable(hostname, 'answered something that is not JSON', error)
  }
  if (typeof answer !== 'object' || answer === null) throw unusable(hostname, 'answered no JSON object')
  const { id: answeredId, result } = answer as { id?: unknown; result?: unknown }
  if (isError(answer) && (answeredId === id || answeredId === null)) {
    throw errorFromCallee(hostname, method, answer.error, needed)
  }
  if (answeredId !== id) throw unusable(hostname, 'answered another call (wrong id)')
  if (results[method]?.(result) !== true) throw unusable(hostname, `answered no valid result of ${method}`)
  return result as Result<M>
}

function unusable(hostname: string, what: string, cause?: unknown): BootringError {
  return new BootringError('ConductorUnreachable', `conductor ${hostname} ${what}`, { cause })
}
