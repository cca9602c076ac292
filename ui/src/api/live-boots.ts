import type { Boot } from '../../../src/model/boots.ts'
import { Store } from '../store.ts'
import type { Boots } from './answers.ts'
import { apiUrl, ask } from './ask.ts'
import { backOffMilliseconds, onRetry } from './connection.ts'

export interface LiveBootsState {
  /** Newest first. */
  readonly boots: readonly Boot[]
  /** The boots before now were asked for and are here. */
  readonly loaded: boolean
  readonly stream: 'connecting' | 'live' | 'away'
  readonly paused: boolean
  /** Boots that came or went on during the pause. */
  readonly held: number
}

/** A boot moves on several times a second when many machines start: they are shown together. */
const showEveryMilliseconds = 250
const mostKept = 1000

/** The newest boots, and those that come, as server-sent events tell of them. */
export class LiveBoots {
  readonly state = new Store<LiveBootsState>({
    boots: [],
    loaded: false,
    stream: 'connecting',
    paused: false,
    held: 0,
  })
  readonly #query: string
  readonly #takes: (boot: Boot) => boolean
  readonly #aborter = new AbortController()
  readonly #waiting = new Map<number, Boot>()
  #source: EventSource | undefined
  #lastEventId = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #reconnect: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #endRetry: (() => void) | undefined

  /** `query`: of the list of earlier boots; `takes`: which of the coming ones belong to it. */
  constructor(query: string, takes: (boot: Boot) => boolean) {
    this.#query = query
    this.#takes = takes
  }

  start(): void {
    this.#endRetry = onRetry(() => this.#retry())
    document.addEventListener('visibilitychange', this.#onVisibility)
    this.#connect()
    this.#load()
  }

  stop(): void {
    this.#endRetry?.()
    document.removeEventListener('visibilitychange', this.#onVisibility)
    this.#aborter.abort()
    this.#disconnect()
    clearTimeout(this.#timer)
  }

  pause(paused: boolean): void {
    this.#change({ paused })
    if (!paused) this.#show()
  }

  // Browsers allow a server few connections: a page that nobody sees gives its own back.
  readonly #onVisibility = () => {
    if (document.hidden) this.#disconnect()
    else if (this.#source === undefined) this.#retry()
  }

  #retry(): void {
    if (this.#aborter.signal.aborted || document.hidden) return
    if (this.#source === undefined) this.#connect()
    this.#load()
  }

  async #load(): Promise<void> {
    try {
      const { boots } = await ask<Boots>(`boots?${this.#query}`, this.#aborter.signal)
      for (const boot of boots) this.#hold(boot)
      this.#show()
      this.#change({ loaded: true })
    } catch {
      // Said by the banner, and tried again when the API is back.
    }
  }

  #connect(): void {
    this.#disconnect()
    const after = this.#lastEventId === '' ? '' : `?after=${encodeURIComponent(this.#lastEventId)}`
    const source = new EventSource(apiUrl(`live${after}`))
    this.#source = source
    source.addEventListener('open', () => {
      this.#failures = 0
      this.#change({ stream: 'live' })
    })
    source.addEventListener('boot', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#lastEventId = lastEventId
      const boot = JSON.parse(data) as Boot
      if (!this.#takes(boot)) return
      this.#hold(boot)
      this.#timer ??= setTimeout(() => this.#show(), showEveryMilliseconds)
    })
    source.addEventListener('error', () => {
      this.#change({ stream: 'away' })
      // The browser tries again by itself after a broken connection, not after a refusal.
      if (source.readyState !== EventSource.CLOSED) return
      this.#disconnect()
      this.#failures += 1
      this.#reconnect = setTimeout(() => this.#connect(), backOffMilliseconds(this.#failures))
    })
  }

  #disconnect(): void {
    clearTimeout(this.#reconnect)
    this.#source?.close()
    this.#source = undefined
  }

  /** A list that was asked for before an event came must not undo it. */
  #hold(boot: Boot): void {
    const known = this.#waiting.get(boot.id)
    if (known === undefined || known.events <= boot.events) this.#waiting.set(boot.id, boot)
  }

  #show(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.state.value.paused) {
      this.#change({ held: this.#waiting.size })
      return
    }
    const all = new Map(this.state.value.boots.map((boot) => [boot.id, boot]))
    for (const boot of this.#waiting.values()) {
      const known = all.get(boot.id)
      if (known === undefined || known.events <= boot.events) all.set(boot.id, boot)
    }
    this.#waiting.clear()
    const boots = [...all.values()].sort((a, b) => b.begun_at - a.begun_at || b.id - a.id).slice(0, mostKept)
    this.#change({ boots, held: 0 })
  }

  #change(changes: Partial<LiveBootsState>): void {
    this.state.set({ ...this.state.value, ...changes })
  }
}
