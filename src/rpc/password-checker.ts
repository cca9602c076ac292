import { Worker } from 'node:worker_threads'
import type { PasswordAnswer, PasswordCall } from './password-thread.ts'

/** The thread's file beside this one: TypeScript in a checkout, JavaScript in the package. */
const threadUrl = new URL(`./password-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

interface Waiting {
  resolve: (matches: boolean) => void
  reject: (error: unknown) => void
}

/**
 * Compares passwords with bcrypt hashes in a thread that starts with the first one. On the main thread each would hold up
 * every machine that boots, and whoever may not even sign in could send one after the other.
 */
export class PasswordChecker {
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #lastId = 0

  matches(password: string, hash: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      const call: PasswordCall = { id: this.#lastId, password, hash }
      this.#waiting.set(call.id, { resolve, reject })
      this.#thread ??= this.#start()
      // While somebody waits for an answer, the process stays.
      this.#thread.ref()
      this.#thread.postMessage(call)
    })
  }

  #start(): Worker {
    const thread = new Worker(threadUrl, { name: 'passwords', env: {}, execArgv: [] })
    const gone = (error: unknown) => {
      if (this.#thread === thread) this.#thread = undefined
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { reject } of waiting) reject(error)
    }
    thread.on('message', ({ id, matches }: PasswordAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) thread.unref()
      waiting?.resolve(matches)
    })
    thread.on('error', gone)
    thread.on('exit', () => gone(new Error('the thread that checks passwords has ended')))
    return thread
  }
}
