import { type BrowserFields, isByNameOfOurs, isOfForeignPage } from '../../http/foreign-page.ts'
import { type BasicAuthenticator, basicChallenge } from '../../rpc/basic-auth.ts'

/** Who may use the REST API. */
export type RestAccess =
  /** Nobody says who it is, and everybody may do everything. With `names` only by these host names, or by an address. */
  | { readonly kind: 'open'; readonly names?: ReadonlySet<string> }
  /** Nobody: the operator has not said yet who. */
  | { readonly kind: 'closed'; readonly reason: string }
  | {
      readonly kind: 'basic'
      readonly authenticate: BasicAuthenticator
      /** They may look at everything and change nothing. */
      readonly readOnlyUsers: ReadonlySet<string>
    }

/** Undefined: let in. */
export interface Refusal {
  readonly status: 401 | 403 | 503
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What of a request says who asks, and from where. */
export interface AskedRequest {
  readonly method: string
  readonly headers: BrowserFields & { readonly authorization?: string | undefined }
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD'

export async function refusal(access: RestAccess, { headers, method }: AskedRequest): Promise<Refusal | undefined> {
  // A browser sends what any page makes it send, and the password that it knows along with it. Only pages of ours may change anything.
  if (!isReading(method) && isOfForeignPage(headers))
    return { status: 403, text: `Access was denied: a page of ${headers.origin} may change nothing here` }
  if (access.kind === 'open') {
    const isOurs = access.names === undefined || isByNameOfOurs(headers.host, access.names)
    return isOurs ? undefined : { status: 403, text: otherName }
  }
  if (access.kind === 'closed') return { status: 403, text: access.reason }
  const result = await access.authenticate(headers.authorization)
  switch (result) {
    case 'busy':
      return {
        status: 503,
        text: 'Too many passwords are being checked; try again later.',
        headers: { 'Retry-After': '1' },
      }
    case 'missing':
      return { status: 401, text: 'Authorization required', headers: { 'WWW-Authenticate': basicChallenge } }
    case 'refused':
      return {
        status: 401,
        text: 'Incorrect username or password',
        headers: { 'WWW-Authenticate': basicChallenge },
      }
  }
  if (isReading(method) || !access.readOnlyUsers.has(result.user)) return undefined
  return { status: 403, text: 'Access was denied: this user may only read' }
}

const otherName =
  'Access was denied: the management API is open without a password, and not by this name. Ask by an address or localhost, or set [api]public_endpoint to the URL, or [DEFAULT]auth_strategy.'
