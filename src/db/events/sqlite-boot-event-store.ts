import { once } from 'node:events'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import type {
  BootEvent,
  BootEventFilter,
  BootEventStore,
  BootMinute,
  StoredBootEvent,
} from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { type Translate, translator } from '../translate.ts'
import { type BootEventRow, eventOf, rowOf } from './boot-event-row.ts'
import { countsOf } from './boot-minutes.ts'
import type { ThreadAnswer, ThreadRequest, ThreadSetting } from './sqlite-event-thread-messages.ts'

/** The thread's file beside this one: TypeScript in a checkout, JavaScript in the package. */
const threadUrl = new URL(`./sqlite-event-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** How long a reader waits; a disk that hangs answers never. */
const readSeconds = 15
const closeSeconds = 2

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/** Boot events in a SQLite file of their own, behind a thread of their own. Several processes may share the file. */
export class SqliteBootEventStore implements BootEventStore {
  readonly #setting: ThreadSetting
  readonly #translate: Translate
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #lastId = 0

  /** `creates`: makes the file; else one that is not there has no events. */
  constructor(path: string, { creates }: { creates: boolean }) {
    this.#setting = { path: resolve(path), creates }
    this.#translate = translator(sqlite, `sqlite ${path}`)
  }

  /** Waits for as long as the disk takes. */
  async append(events: readonly BootEvent[]): Promise<void> {
    await this.#call({ what: 'append', rows: events.map(rowOf), counts: countsOf(events) })
  }

  async events(filter: BootEventFilter, limit: number): Promise<StoredBootEvent[]> {
    const { after, before, client, kinds, mac, node_uuid, since, until } = filter
    const known = { after, before, client, kinds, mac, node_uuid, since, until } as BootEventFilter
    const rows = await this.#soon(this.#call({ what: 'events', filter: known, limit }))
    return (rows as BootEventRow[]).map(eventOf)
  }

  async minutes(since: number): Promise<BootMinute[]> {
    return (await this.#soon(this.#call({ what: 'minutes', since }))) as BootMinute[]
  }

  async prune(before: number): Promise<number> {
    return (await this.#call({ what: 'prune', before })) as number
  }

  async trim(limit: number): Promise<number> {
    return (await this.#call({ what: 'trim', limit })) as number
  }

  async close(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    const ended = once(thread, 'exit')
    this.#call({ what: 'close' }).catch(() => undefined)
    const hurry = setTimeout(() => void thread.terminate(), closeSeconds * 1000)
    await ended
    clearTimeout(hurry)
  }

  #call(request: ThreadRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      const id = this.#lastId
      this.#waiting.set(id, { resolve, reject })
      this.#thread ??= this.#start()
      // While somebody waits for an answer, the process stays.
      this.#thread.ref()
      this.#thread.postMessage({ ...request, id })
    })
  }

  async #soon(answer: Promise<unknown>): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#unavailable(`no answer within ${readSeconds} s`)), readSeconds * 1000)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }

  #start(): Worker {
    const thread = new Worker(threadUrl, { workerData: this.#setting, name: 'boot events', env: {}, execArgv: [] })
    const gone = (why: string) => {
      if (this.#thread === thread) this.#thread = undefined
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { reject } of waiting) reject(this.#unavailable(why))
    }
    thread.on('message', ({ error, id, result }: ThreadAnswer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) thread.unref()
      if (error === undefined) waiting?.resolve(result)
      else waiting?.reject(this.#translate(Object.assign(new Error(error.message), withoutAbsent(error))))
    })
    thread.on('error', (error) => gone(error instanceof Error ? error.message : String(error)))
    thread.on('exit', () => gone('its thread has ended'))
    return thread
  }

  #unavailable(why: string): BootringError {
    return new BootringError('DatabaseUnavailable', `sqlite ${this.#setting.path}: ${why}`)
  }
}

function withoutAbsent(error: object): object {
  return Object.fromEntries(Object.entries(error).filter(([, value]) => value !== undefined))
}
