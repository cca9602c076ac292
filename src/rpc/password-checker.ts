import { ThreadCalls, threadUrl } from '../threads/thread-calls.ts'
import type { PasswordCall } from './password-thread.ts'

/**
 * Compares passwords with bcrypt hashes in a thread. On the main thread each would hold up every machine that boots, and
 * whoever may not even sign in could send one after the other.
 */
export class PasswordChecker {
  readonly #calls = new ThreadCalls<PasswordCall>({
    url: threadUrl('password-thread', import.meta.url),
    name: 'passwords',
  })

  async matches(password: string, hash: string): Promise<boolean> {
    return (await this.#calls.call({ password, hash })) === true
  }
}
