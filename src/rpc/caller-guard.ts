import { type BrowserFields, isByNameOfOurs, isOfForeignPage } from '../http/foreign-page.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'
import { type AuthResult, basicChallenge, createBasicAuthenticator } from './basic-auth.ts'
import { HtpasswdFile } from './htpasswd.ts'

/** How callers are known. With `names`, callers without a password have to call by one of them, or by an address. */
export type RpcAuth = { strategy: 'noauth'; names?: ReadonlySet<string> } | { strategy: 'http_basic'; userFile: string }

/** What of a call's header fields is looked at. */
export interface CallerFields extends BrowserFields {
  readonly authorization?: string | undefined
}

/** How somebody is sent away. */
export interface CallerRefusal {
  readonly status: 401 | 403 | 503
  readonly message: string
  /** Names and values of header fields in turn. */
  readonly fields?: readonly string[]
}

/** undefined: the caller is let in. At once where no password has to be checked. */
export type CallerGuard = (
  headers: CallerFields,
  remoteAddress: string | undefined,
) => CallerRefusal | undefined | Promise<CallerRefusal | undefined>

/** Anybody can cause them: calling without a password costs nothing. */
const refusalLines = { perSecond: 1, burst: 20 }

const refusals = {
  page: { status: 403, message: 'Calls of web pages are refused' },
  name: {
    status: 403,
    message: 'Without [json_rpc]auth_strategy only calls by an address, localhost or [DEFAULT]host are answered',
  },
  missing: { status: 401, message: 'Authorization required', fields: ['Www-Authenticate', basicChallenge] },
  refused: { status: 401, message: 'Incorrect username or password', fields: ['Www-Authenticate', basicChallenge] },
  busy: { status: 503, message: 'Too many logins are being checked', fields: ['Retry-After', '1'] },
} as const satisfies Readonly<Record<string, CallerRefusal>>

type Reason = keyof typeof refusals

/** Judges callers by the header fields of each call. Throws `ConfigInvalid` for a bad user file. */
export function createCallerGuard(auth: RpcAuth, logger: Logger): CallerGuard {
  const authenticate =
    auth.strategy === 'http_basic' ? createBasicAuthenticator(new HtpasswdFile(auth.userFile, logger)) : undefined
  const names = auth.strategy === 'noauth' ? auth.names : undefined
  const lines = new LogBudget(refusalLines.perSecond, refusalLines.burst)
  // An API calls by one and the same name for every machine that boots: it is looked at once.
  let hostOfOurs: string | undefined

  function reasonOf(headers: CallerFields): Reason | undefined | Promise<Reason | undefined> {
    // No conductor has pages, but browsers send whatever call a page wants, and only then look whether they may.
    if (isOfForeignPage(headers)) return 'page'
    if (names !== undefined && headers.host !== hostOfOurs) {
      if (!isByNameOfOurs(headers.host, names)) return 'name'
      hostOfOurs = headers.host
    }
    if (authenticate === undefined) return undefined
    const known = authenticate(headers.authorization)
    return known instanceof Promise ? known.then(reasonIn) : reasonIn(known)
  }

  return (headers, remoteAddress) => {
    const refuse = (reason: Reason | undefined): CallerRefusal | undefined => {
      if (reason === undefined) return undefined
      const suppressed = lines.take()
      if (suppressed !== undefined) logger.warn({ remoteAddress, reason, suppressed }, 'rpc caller refused')
      return refusals[reason]
    }
    const reason = reasonOf(headers)
    return reason instanceof Promise ? reason.then(refuse) : refuse(reason)
  }
}

const reasonIn = (result: AuthResult): Reason | undefined => (typeof result === 'string' ? result : undefined)
