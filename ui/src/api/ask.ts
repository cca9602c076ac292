import { connection, reportAnswer, reportFailure } from './connection.ts'

/** Longer than the API takes for a large fleet, and shorter than browsers wait for a host that has gone. */
const patienceMilliseconds = 30_000

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
  // Each question would open the browser's own dialog again: who has closed it signs in by the banner.
  if (connection.value.state === 'unauthorized') throw new ApiFailure(401, 'The API wants a password.')
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), patienceMilliseconds)
  let response: Response
  let text: string
  try {
    response = await fetch(apiUrl(path), {
      signal: signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]),
      headers: { Accept: 'application/json' },
    })
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    const why = patience.signal.aborted ? 'It takes too long.' : 'It can not be reached.'
    reportFailure(0, why)
    throw new ApiFailure(0, `The API does not answer. ${why}`)
  } finally {
    clearTimeout(timer)
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
