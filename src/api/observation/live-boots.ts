import type { ServerResponse } from 'node:http'
import { type BootNews, BootWindow } from '../../events/timeline/boot-window.ts'
import { EventTail } from '../../events/timeline/event-tail.ts'
import type { Sight } from '../../events/timeline/sight.ts'
import type { BootEventReader } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'
import { BootringError } from '../../model/errors.ts'
import type { Logger } from '../../observe/logger.ts'

export interface LiveBootsOptions {
  logger: Logger
  sight?: Sight
  /** Default: 1 s. */
  pollMilliseconds?: number
}

const mostListeners = 64
/** Who has so much unread is cut off, and may come back. */
const mostUnreadBytes = 1_048_576
const commentMilliseconds = 15_000
/** Boots change their verdict by waiting alone: looked at after so many polls without anything new. */
const pollsUntilLook = 10
/** What a new listener's boots are made of, besides what comes. */
const seedMilliseconds = 15 * 60_000
const seedEvents = 3000

/**
 * Boots as they go on, as server-sent events. The store is asked for what is new by one for all listeners, and only
 * while there are any: events of other processes and hosts are only there.
 */
export class LiveBoots {
  readonly #reader: BootEventReader
  readonly #logger: Logger
  readonly #sight: Sight | undefined
  readonly #pollMilliseconds: number
  readonly #listeners = new Set<ServerResponse>()
  #watch: Watch | undefined
  #timer: NodeJS.Timeout | undefined
  #comments: NodeJS.Timeout | undefined
  #quietPolls = 0
  #closed = false

  constructor(reader: BootEventReader, { logger, pollMilliseconds = 1000, sight }: LiveBootsOptions) {
    this.#reader = reader
    this.#logger = logger
    this.#sight = sight
    this.#pollMilliseconds = pollMilliseconds
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /**
   * Sends boots to the response until it is closed; with `after`, first those that have gone on since that event. Throws
   * `Overloaded`, `DatabaseUnavailable`.
   */
  async listen(response: ServerResponse, after: number | undefined): Promise<void> {
    // Checking a password takes its time. Whoever has gone by now is told of by no event any more.
    if (response.destroyed) return
    if (this.#closed || this.#listeners.size >= mostListeners)
      throw new BootringError('Overloaded', `${mostListeners} listen already`)
    this.#listeners.add(response)
    response.once('close', () => this.#leave(response))
    try {
      const { window } = await this.#begin()
      // The server may have ended meanwhile, and with it the answer.
      if (response.destroyed || response.writableEnded) return
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        // nginx would collect it.
        'X-Accel-Buffering': 'no',
      })
      response.write('retry: 3000\n\n')
      if (after === undefined) return
      const boots = window.boots().filter(({ events }) => events.some(({ id }) => id > after))
      for (const { boot } of boots.reverse()) this.#send(response, message(boot, window.lastEventId))
    } catch (error) {
      this.#leave(response)
      throw error
    }
  }

  /** Ends all. */
  close(): void {
    this.#closed = true
    for (const response of this.#listeners) response.end()
    this.#listeners.clear()
    this.#rest()
  }

  #leave(response: ServerResponse): void {
    this.#listeners.delete(response)
    if (this.#listeners.size === 0) this.#rest()
  }

  #rest(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#comments)
    this.#watch = undefined
  }

  /** The first listener has the watch begun; others wait for the same. */
  async #begin(): Promise<{ window: BootWindow }> {
    const known = this.#watch
    if (known !== undefined) return await known.begun
    const watch: Watch = { begun: startWatch(this.#reader, this.#sight) }
    this.#watch = watch
    watch.begun.catch(() => {
      if (this.#watch === watch) this.#watch = undefined
    })
    const begun = await watch.begun
    if (this.#watch === watch) {
      this.#pollLater(watch, begun)
      clearInterval(this.#comments)
      this.#comments = setInterval(() => this.#sendAll(':\n\n'), commentMilliseconds).unref()
    }
    return begun
  }

  #pollLater(watch: Watch, begun: Begun): void {
    this.#timer = setTimeout(async () => {
      await this.#poll(begun)
      if (this.#watch === watch) this.#pollLater(watch, begun)
    }, this.#pollMilliseconds).unref()
  }

  async #poll({ tail, window }: Begun): Promise<void> {
    try {
      const now = Date.now()
      const events = await tail.read(now)
      this.#quietPolls = events.length === 0 ? this.#quietPolls + 1 : 0
      if (events.length === 0 && this.#quietPolls % pollsUntilLook !== 0) return
      for (const { boot, lastEventId } of window.take(events, now)) this.#sendAll(message(boot, lastEventId))
    } catch (error) {
      this.#logger.debug({ err: error }, 'boots that go on could not be read')
    }
  }

  #sendAll(text: string): void {
    for (const response of this.#listeners) if (response.headersSent) this.#send(response, text)
  }

  #send(response: ServerResponse, text: string): void {
    if (response.writableLength > mostUnreadBytes) response.destroy()
    else response.write(text)
  }
}

interface Begun {
  window: BootWindow
  tail: EventTail
}

interface Watch {
  readonly begun: Promise<Begun>
}

async function startWatch(reader: BootEventReader, sight: Sight | undefined): Promise<Begun> {
  const now = Date.now()
  const latest = await reader.events({}, seedEvents)
  const known = latest.filter(({ at }) => at >= now - seedMilliseconds)
  const window = new BootWindow({ sight })
  window.take(known, now)
  return { window, tail: new EventTail(reader, latest, now) }
}

function message(boot: Boot, lastEventId: BootNews['lastEventId']): string {
  return `event: boot\nid: ${lastEventId}\ndata: ${JSON.stringify(boot)}\n\n`
}
