import { Worker } from 'node:worker_threads'
import type { ThreadAnswer, ThreadCall } from './thread-messages.ts'

/**
 * A module that runs in a thread, by its name without an ending, beside the module at `besideUrl`: TypeScript in a checkout,
 * JavaScript in the package.
 */
export function threadUrl(name: string, besideUrl: string): URL {
  return new URL(`./${name}${besideUrl.endsWith('.ts') ? '.ts' : '.js'}`, besideUrl)
}

export interface ThreadSetting {
  url: URL
  /** For those who look at the process. */
  name: string
  /** Handed to the thread as it starts. */
  workerData?: unknown
  /** What is said to those who wait when the thread has gone. Default: an Error with these words. */
  onGone?(why: string): Error
}

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/**
 * Calls what would block, in a thread that starts with the first call, and anew with the next one after it has died. It keeps
 * the process only while somebody waits for an answer.
 */
export class ThreadCalls<Request> {
  readonly #setting: ThreadSetting
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #lastId = 0

  constructor(setting: ThreadSetting) {
    this.#setting = setting
  }

  /** The thread, while it runs. */
  get thread(): Worker | undefined {
    return this.#thread
  }

  /** What the thread answers. Rejects with the error that was thrown there, with its codes. */
  call(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      const call: ThreadCall<Request> = { id: this.#lastId, request }
      // Whichever of these fails, nobody must be left waiting: that would keep the process for ever.
      this.#thread ??= this.#start()
      this.#thread.postMessage(call)
      this.#thread.ref()
      this.#waiting.set(call.id, { resolve, reject })
    })
  }

  #start(): Worker {
    const { name, onGone = (why) => new Error(why), url, workerData } = this.#setting
    // Nothing of this process's environment and arguments is its business.
    const thread = new Worker(url, { workerData, name, env: {}, execArgv: [] })
    const gone = (why: string) => {
      // After its error comes its exit, and by then calls may wait for the next thread.
      if (this.#thread !== thread) return
      this.#thread = undefined
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { reject } of waiting) reject(onGone(why))
    }
    thread.on('message', ({ error, id, result }: ThreadAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) thread.unref()
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(Object.assign(new Error(error.message), error.codes))
    })
    thread.on('error', (error) => gone(error instanceof Error ? error.message : String(error)))
    thread.on('exit', () => gone('its thread has ended'))
    return thread
  }
}
