import { readFileSync, statSync } from 'node:fs'
import { BootringError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import { PasswordChecker } from './password-checker.ts'

const bcryptHash = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/

/** Compared against where a file names nobody, so that refusing takes its time there as well. */
const decoyHash = '$2b$05$YbbCiJg80cjtaINx2NjqEOimKDYIvdbcNUQXMzasqg0kg2H4ZzJNW'

/** User names and their bcrypt hashes. Throws `ConfigInvalid` naming file and line; hashes are never repeated in it. */
export function parseHtpasswd(text: string, path: string): Map<string, string> {
  const hashes = new Map<string, string>()
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return
    const colon = line.indexOf(':')
    const hash = line.slice(colon + 1).trimEnd()
    if (colon < 1) throw invalid(path, index + 1, 'expected user:hash')
    if (!bcryptHash.test(hash)) {
      throw invalid(path, index + 1, 'only bcrypt hashes ($2y$, $2a$, $2b$) are supported: use htpasswd -B')
    }
    // The first line of a user counts, as for Ironic and Apache.
    const user = line.slice(0, colon)
    if (!hashes.has(user)) hashes.set(user, hash)
  })
  return hashes
}

function invalid(path: string, line: number, reason: string): BootringError {
  return new BootringError('ConfigInvalid', `${path}:${line}: ${reason}`)
}

/**
 * An htpasswd file (bcrypt only) that is read anew when it changes. Should the new contents be unreadable or
 * malformed, that is logged and the last good ones stay: editors and `htpasswd` do not write atomically.
 */
export class HtpasswdFile {
  readonly #path: string
  readonly #logger: Logger
  readonly #recheckMs: number
  readonly #option: string
  readonly #checker = new PasswordChecker()
  #hashes: Map<string, string>
  #fingerprint: string
  #checkedAt = performance.now()
  #generation = 0

  /** `option` names the file for messages. Throws `ConfigInvalid` when it can't be read or is malformed. */
  constructor(path: string, logger: Logger, recheckMs = 1000, option = '[json_rpc]http_basic_auth_user_file') {
    this.#path = path
    this.#logger = logger
    this.#recheckMs = recheckMs
    this.#option = option
    this.#fingerprint = fingerprint(path)
    this.#hashes = read(path, option)
  }

  /** Changes whenever the contents do: what was verified under another generation no longer counts. */
  generation(): number {
    const now = performance.now()
    if (now - this.#checkedAt >= this.#recheckMs) {
      this.#checkedAt = now
      this.#reread()
    }
    return this.#generation
  }

  /** Whether the file holds this user with this password. An unknown user costs as much time as a wrong password. */
  async verify(user: string, password: string): Promise<boolean> {
    const hash = this.#hashes.get(user)
    const matches = await this.#checker.matches(password, hash ?? this.#hashes.values().next().value ?? decoyHash)
    return matches && hash !== undefined
  }

  #reread(): void {
    const current = fingerprint(this.#path)
    if (current === this.#fingerprint) return
    this.#fingerprint = current
    try {
      this.#hashes = read(this.#path, this.#option)
      this.#generation++
      this.#logger.info({ file: this.#path, users: this.#hashes.size }, 'htpasswd file read anew')
    } catch (error) {
      this.#logger.error({ err: error, file: this.#path }, 'htpasswd file not readable: its former contents stay valid')
    }
  }
}

function fingerprint(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino}/${stat.size}/${stat.mtimeMs}/${stat.ctimeMs}`
}

function read(path: string, option: string): Map<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = (error as Error).message
    throw new BootringError('ConfigInvalid', `${option} ${path}: ${reason}`, { cause: error })
  }
  return parseHtpasswd(text, path)
}
