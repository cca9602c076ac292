import { type BasicAuthenticator, basicChallenge } from '../../rpc/basic-auth.ts'

/** Who may use the REST API. */
export type RestAccess =
  /** Nobody says who it is, and everybody may do everything. */
  | { readonly kind: 'open' }
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

/** Judges a request by its method and its `Authorization` header. */
export async function refusal(
  access: RestAccess,
  method: string,
  authorization: string | undefined,
): Promise<Refusal | undefined> {
  if (access.kind === 'open') return undefined
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
  if (method === 'GET' || method === 'HEAD' || !access.readOnlyUsers.has(result.user)) return undefined
  return { status: 403, text: 'Access was denied: this user may only read' }
}
