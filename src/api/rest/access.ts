import ipaddr from 'ipaddr.js'
import { type BasicAuthenticator, basicChallenge } from '../../rpc/basic-auth.ts'

/** Who may use the REST API. */
export type RestAccess =
  /**
   * Nobody says who it is, and everybody may do everything. With `names`, only by an address, as localhost, or by one of
   * these: else any page in a browser of this host could have its own name lead here, and manage nodes (DNS rebinding).
   */
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

export interface AccessRequest {
  readonly method: string
  readonly headers: { readonly authorization?: string | undefined; readonly host?: string | undefined }
}

/** Judges a request by its method and its header. */
export async function refusal(access: RestAccess, { headers, method }: AccessRequest): Promise<Refusal | undefined> {
  if (access.kind === 'open') return access.names === undefined ? undefined : strangeName(headers.host, access.names)
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
  if (method === 'GET' || method === 'HEAD' || !access.readOnlyUsers.has(result.user)) return undefined
  return { status: 403, text: 'Access was denied: this user may only read' }
}

function strangeName(host: string | undefined, names: ReadonlySet<string>): Refusal | undefined {
  // Browsers always say it.
  if (host === undefined) return undefined
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  if (ipaddr.isValid(name) || name === 'localhost' || name.endsWith('.localhost') || names.has(name)) return undefined
  return {
    status: 403,
    text: 'The management API is open without a password, and not by this name: ask by an address or localhost, or set [api]public_endpoint to the URL, or [DEFAULT]auth_strategy.',
  }
}
