import { hash, randomBytes } from 'node:crypto'
import type { HtpasswdFile } from './htpasswd.ts'

/** Who called; or why nobody knows. `busy`: too many passwords are waiting to be checked already. */
export type AuthResult = { user: string } | 'missing' | 'refused' | 'busy'

/** Judges an `Authorization` header; at once where it was verified before. */
export type BasicAuthenticator = (authorization: string | undefined) => AuthResult | Promise<AuthResult>

/** What a 401 carries, as Ironic sends it. */
export const basicChallenge = 'Basic realm="Baremetal API"'

const maxRemembered = 1000
/** bcrypt is slow by design: a flood of wrong passwords must not take the whole process. */
const maxPending = 64

/**
 * HTTP Basic against an htpasswd file. Verified headers are remembered (as salted hashes) until the file changes, so
 * that not every call pays for bcrypt; passwords are checked one at a time, equal ones once.
 */
export function createBasicAuthenticator(file: Pick<HtpasswdFile, 'generation' | 'verify'>): BasicAuthenticator {
  const salt = randomBytes(16).toString('base64')
  const verified = new Map<string, string>()
  const pending = new Map<string, Promise<AuthResult>>()
  let generation = file.generation()
  let last: Promise<unknown> = Promise.resolve()

  async function verify(key: string, user: string, password: string, startedIn: number): Promise<AuthResult> {
    const accepted = await file.verify(user, password)
    if (!accepted) return 'refused'
    if (file.generation() === startedIn) {
      const oldest = verified.size >= maxRemembered ? verified.keys().next().value : undefined
      if (oldest !== undefined) verified.delete(oldest)
      verified.set(key, user)
    }
    return { user }
  }

  return (authorization) => {
    if (authorization === undefined) return 'missing'
    const current = file.generation()
    if (current !== generation) {
      generation = current
      verified.clear()
      pending.clear()
    }
    const key = hash('sha256', salt + authorization, 'base64')
    const known = verified.get(key)
    if (known !== undefined) return { user: known }
    const credentials = parseBasic(authorization)
    if (credentials === undefined) return 'refused'
    const running = pending.get(key)
    if (running !== undefined) return running
    if (pending.size >= maxPending) return 'busy'
    const result = last
      .then(() => verify(key, credentials.user, credentials.password, current))
      .finally(() => {
        if (pending.get(key) === result) pending.delete(key)
      })
    pending.set(key, result)
    last = result.catch(() => undefined)
    return result
  }
}

function parseBasic(authorization: string): { user: string; password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
