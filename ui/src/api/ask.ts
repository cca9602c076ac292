import { reportAnswer, reportFailure } from './connection.ts'

/** Why there is no answer; `status` is 0 where nobody was reached. */
export class ApiFailure extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The URL of an operator's resource, beside the folder that this page is in. */
export function apiUrl(path: string): string {
  return new URL(`../v1/bootring/${path}`, location.href).href
}

/** Asks the API. Rejects with an `ApiFailure`, or with what the signal was aborted with. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response
  let text: string
  try {
    response = await fetch(apiUrl(path), { signal: signal ?? null, headers: { Accept: 'application/json' } })
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    reportFailure(0, 'It can not be reached.')
    throw new ApiFailure(0, 'The API can not be reached.')
  }
  const body = parsed(text)
  if (response.ok && body !== undefined) {
    reportAnswer()
    return body as T
  }
  const why = faultText(body) ?? `It answered ${response.status} ${response.statusText}.`
  const { status } = response
  // What is missing or wrongly asked says that the API is there.
  if (status < 500 && status !== 401 && status !== 403) reportAnswer()
  else reportFailure(status, why)
  throw new ApiFailure(status, why)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The words of an error in Ironic's shape. */
function faultText(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error_message' in body)) return undefined
  const { error_message: fault } = body
  const inner = typeof fault === 'string' ? parsed(fault) : fault
  if (typeof inner === 'object' && inner !== null && 'faultstring' in inner) return String(inner.faultstring)
  return typeof fault === 'string' ? fault : undefined
}
