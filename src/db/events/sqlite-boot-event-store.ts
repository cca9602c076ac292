import { resolve } from 'node:path'
import type {
  BootEventFilter,
  BootEventStore,
  BootMinute,
  EventBatch,
  StoredBootEvent,
} from '../../model/boot-events.ts'
import { BootringError } from '../../model/errors.ts'
import { ThreadCalls, threadUrl } from '../../threads/thread-calls.ts'
import { sqlite } from '../dialects/sqlite.ts'
import { type Translate, translator } from '../translate.ts'
import { type BootEventRow, eventOf } from './boot-event-row.ts'
import type { EventFileRequest, EventFileSetting } from './sqlite-event-thread-messages.ts'

/** How long a reader waits; a disk that hangs answers never. */
const readSeconds = 15
const closeSeconds = 2

/** Boot events in a SQLite file of their own, behind a thread of their own. Several processes may share the file. */
export class SqliteBootEventStore implements BootEventStore {
  readonly #path: string
  readonly #translate: Translate
  readonly #calls: ThreadCalls<EventFileRequest>

  /** `creates`: makes the file; else one that is not there has no events. */
  constructor(path: string, { creates }: { creates: boolean }) {
    this.#path = resolve(path)
    this.#translate = translator(sqlite, `sqlite ${path}`)
    this.#calls = new ThreadCalls({
      url: threadUrl('sqlite-event-thread', import.meta.url),
      name: 'boot events',
      workerData: { path: this.#path, creates } satisfies EventFileSetting,
      onGone: (why) => this.#unavailable(why),
    })
  }

  /** Waits for as long as the disk takes. */
  async append({ bytes }: EventBatch): Promise<void> {
    await this.#call({ what: 'append', events: bytes })
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

  async servedNodes(since: number): Promise<string[]> {
    return (await this.#soon(this.#call({ what: 'servedNodes', since }))) as string[]
  }

  async prune(before: number): Promise<number> {
    return (await this.#call({ what: 'prune', before })) as number
  }

  async trim(limit: number): Promise<number> {
    return (await this.#call({ what: 'trim', limit })) as number
  }

  async close(): Promise<void> {
    const { thread } = this.#calls
    if (thread === undefined) return
    // Also where it dies of an error meanwhile.
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    this.#call({ what: 'close' }).catch(() => undefined)
    const hurry = setTimeout(() => void thread.terminate(), closeSeconds * 1000)
    await ended
    clearTimeout(hurry)
  }

  async #call(request: EventFileRequest): Promise<unknown> {
    try {
      return await this.#calls.call(request)
    } catch (error) {
      throw this.#translate(error)
    }
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

  #unavailable(why: string): BootringError {
    return new BootringError('DatabaseUnavailable', `sqlite ${this.#path}: ${why}`)
  }
}
