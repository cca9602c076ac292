import { isIP } from 'node:net'
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
  readonly headers: {
    readonly authorization?: string | undefined
    readonly host?: string | undefined
    readonly origin?: string | undefined
  }
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD'

export async function refusal(access: RestAccess, { headers, method }: AskedRequest): Promise<Refusal | undefined> {
  const { authorization, host, origin } = headers
  // A browser sends what any page makes it send, and the password that it knows along with it. Only pages of ours may change anything.
  if (!isReading(method) && origin !== undefined && URL.parse(origin)?.host !== host)
    return { status: 403, text: `Access was denied: a page of ${origin} may change nothing here` }
  if (access.kind === 'open') return isOurs(host, access.names) ? undefined : { status: 403, text: otherName }
  if (access.kind === 'closed') return { status: 403, text: access.reason }
  const result = await access.authenticate(authorization)
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

/** Anybody can give an address of ours a name of theirs, and so let a browser here take us for a part of their site. */
function isOurs(host: string | undefined, names: ReadonlySet<string> | undefined): boolean {
  // Browsers always say it.
  if (names === undefined || host === undefined) return true
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$|\.$/g, '') ?? host
  return isIP(name) !== 0 || names.has(name) || name.endsWith('.localhost')
}

const otherName =
  'Access was denied: the management API is open without a password, and not by this name. Ask by an address or localhost, or set [api]public_endpoint to the URL, or [DEFAULT]auth_strategy.'
