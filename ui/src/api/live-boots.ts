import type { Boot } from '../../../src/model/boots.ts'
import { Store } from '../store.ts'
import type { Boots } from './answers.ts'
import { type ApiFailure, apiUrl, ask } from './ask.ts'
import { backOffMilliseconds, connection, onRetry } from './connection.ts'

export interface LiveBootsState {
  /** Newest first. */
  readonly boots: readonly Boot[]
  /** The boots before now were asked for and are here. */
  readonly loaded: boolean
  /** Why they are not, where the API said it. */
  readonly failure: ApiFailure | undefined
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
    failure: undefined,
    stream: 'connecting',
    paused: false,
    held: 0,
  })
  readonly #query: string
  readonly #takes: (boot: Boot) => boolean
  #aborter = new AbortController()
  readonly #waiting = new Map<number, Boot>()
  #source: EventSource | undefined
  #lastEventId = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #reconnect: ReturnType<typeof setTimeout> | undefined
  #reload: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #loadFailures = 0
  #endRetry: (() => void) | undefined

  /** `query`: of the list of earlier boots; `takes`: which of the coming ones belong to it. */
  constructor(query: string, takes: (boot: Boot) => boolean) {
    this.#query = query
    this.#takes = takes
  }

  start(): void {
    this.#aborter = new AbortController()
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
    clearTimeout(this.#reload)
    clearTimeout(this.#timer)
    this.#timer = undefined
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

  /** The stream is opened anew, too: that of a host which went without a word looks open for ever. */
  #retry(): void {
    if (this.#aborter.signal.aborted || document.hidden) return
    this.#connect()
    this.#load()
  }

  async #load(): Promise<void> {
    const { signal } = this.#aborter
    clearTimeout(this.#reload)
    try {
      const { boots } = await ask<Boots>(`boots?${this.#query}`, signal)
      if (signal.aborted) return
      this.#loadFailures = 0
      for (const boot of boots) this.#hold(boot)
      this.#show()
      this.#change({ loaded: true, failure: undefined })
    } catch (error) {
      if (signal.aborted) return
      this.#loadFailures += 1
      clearTimeout(this.#reload)
      this.#reload = setTimeout(() => this.#load(), backOffMilliseconds(this.#loadFailures))
      this.#change({ failure: error as ApiFailure })
    }
  }

  #connect(): void {
    this.#disconnect()
    // As with every question: the browser would ask for the password again and again.
    if (connection.value.state === 'unauthorized') return
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
    // Somebody may go home during a pause.
    const [eldest] = this.#waiting.keys()
    if (this.#waiting.size > mostKept && eldest !== undefined) this.#waiting.delete(eldest)
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
