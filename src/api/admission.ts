export interface AdmissionOptions {
  /** How many may be worked on at once, as things stand. */
  limit(): number
  /** How many may wait for their turn, and how long. */
  maxWaiting: number
  maxWaitMilliseconds: number
  /** How many may begin in one turn of the event loop. Default: all. */
  startsPerTurn?: number
}

/** Somebody who asks to be let in: one of the two is called, unless it withdraws before. */
export interface Applicant {
  start(): void
  refuse(reason: string): void
}

interface Entry {
  readonly applicant: Applicant
  readonly until: number
  inFlight: boolean
}

/** How often those that wait are looked at while none that is worked on ends. */
const lookEveryMilliseconds = 25

/**
 * Lets in as many as there is room for, has a few wait, in their order and not for long, and refuses the rest at once.
 * Whoever waits costs no processor time, so clients that wait for their answers are slowed down to what is left for them.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #waiting = new Set<Entry>()
  #inFlight = 0
  #startedInTurn = 0
  #turn: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Returns what is to be called when the applicant is done, or has gone away. */
  ask(applicant: Applicant): () => void {
    const { maxWaiting, maxWaitMilliseconds } = this.#options
    const entry = { applicant, until: performance.now() + maxWaitMilliseconds, inFlight: false }
    if (this.#waiting.size === 0 && this.#hasRoom()) this.#start(entry)
    else if (this.#waiting.size < maxWaiting) {
      this.#waiting.add(entry)
      this.#timer ??= setInterval(() => this.#look(), lookEveryMilliseconds).unref()
    } else applicant.refuse(`${this.#inFlight} requests are being worked on and ${this.#waiting.size} wait already`)
    return () => this.#leave(entry)
  }

  #leave(entry: Entry): void {
    this.#waiting.delete(entry)
    if (!entry.inFlight) return
    entry.inFlight = false
    this.#inFlight -= 1
    this.#letIn()
  }

  #hasRoom(): boolean {
    const { limit, startsPerTurn = Number.POSITIVE_INFINITY } = this.#options
    return this.#startedInTurn < startsPerTurn && this.#inFlight < limit()
  }

  #start(entry: Entry): void {
    entry.inFlight = true
    this.#inFlight += 1
    this.#startedInTurn += 1
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#startedInTurn = 0
      this.#letIn()
    })
    entry.applicant.start()
  }

  #letIn(): void {
    for (const entry of this.#waiting) {
      if (!this.#hasRoom()) return
      this.#waiting.delete(entry)
      this.#start(entry)
    }
  }

  /** The limit may have risen, and time has passed. All wait equally long, so the first have waited longest. */
  #look(): void {
    this.#letIn()
    const now = performance.now()
    for (const entry of this.#waiting) {
      if (entry.until > now) break
      this.#waiting.delete(entry)
      entry.applicant.refuse(`waited for ${this.#options.maxWaitMilliseconds} ms while others were worked on`)
    }
    if (this.#waiting.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
