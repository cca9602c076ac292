import { useEffect, useMemo } from 'preact/hooks'
import type { NodeList as NodeListAnswer, ShownNode } from '../../api/answers.ts'
import { type ApiFailure, ask } from '../../api/ask.ts'
import { backOffMilliseconds, onRetry } from '../../api/connection.ts'
import { Store, useStore } from '../../store.ts'

export interface NodeListView {
  /** Rows to make room for: more than are here while some are still to come. */
  readonly total: number
  /** Rows that are here. */
  readonly loaded: number
  readonly complete: boolean
  /** Why the next rows are not here; with status 400 they will not come. */
  readonly failure: ApiFailure | undefined
  rowAt(index: number): ShownNode | undefined
  /** Tells which rows are looked at: these are fetched, and kept fresh. */
  lookAt(first: number, last: number): void
}

const pageSize = 250
const refreshEveryMilliseconds = 10_000

/**
 * The nodes that a filter lets through, fetched page by page as they are looked at. The API gives pages one after the other, so a
 * jump to the end goes through all of them; what was fetched stays.
 */
class NodePages {
  /** Changes with whatever is to be shown anew. */
  readonly version = new Store(0)
  readonly #pages: ShownNode[][] = []
  /** Where the page begins; that of the next one, too. */
  readonly #markers: (string | null)[] = [null]
  readonly #filter: string
  readonly #aborter = new AbortController()
  #complete = false
  #failure: ApiFailure | undefined
  #wanted = { first: 0, last: 1 }
  #busy = false
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #refresher: ReturnType<typeof setInterval> | undefined
  #endRetry: (() => void) | undefined

  /** `filter`: parameters of the API's list. */
  constructor(filter: string) {
    this.#filter = filter
  }

  get loaded(): number {
    return this.#pages.reduce((sum, page) => sum + page.length, 0)
  }

  get complete(): boolean {
    return this.#complete
  }

  get failure(): ApiFailure | undefined {
    return this.#failure
  }

  start(): void {
    this.#endRetry = onRetry(() => this.#fill())
    this.#refresher = setInterval(() => this.#refresh(), refreshEveryMilliseconds)
    this.#fill()
  }

  stop(): void {
    this.#aborter.abort()
    clearTimeout(this.#timer)
    clearInterval(this.#refresher)
    this.#endRetry?.()
  }

  rowAt(index: number): ShownNode | undefined {
    return this.#pages[Math.floor(index / pageSize)]?.[index % pageSize]
  }

  lookAt(first: number, last: number): void {
    this.#wanted = { first, last }
    this.#fill()
  }

  async #fill(): Promise<void> {
    if (this.#busy || this.#isRefused) return
    clearTimeout(this.#timer)
    this.#busy = true
    try {
      while (!this.#complete && this.#pages.length * pageSize <= this.#wanted.last) {
        await this.#fetch(this.#pages.length)
        this.#failures = 0
        this.#failure = undefined
      }
    } catch (error) {
      if (this.#aborter.signal.aborted) return
      this.#failures += 1
      this.#failure = error as ApiFailure
      if (!this.#isRefused) this.#timer = setTimeout(() => this.#fill(), backOffMilliseconds(this.#failures))
      this.version.set(this.version.value + 1)
    } finally {
      this.#busy = false
    }
  }

  get #isRefused(): boolean {
    return this.#failure?.status === 400
  }

  async #refresh(): Promise<void> {
    if (document.hidden || this.#busy) return
    this.#busy = true
    const { first, last } = this.#wanted
    try {
      for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) {
        if (page < this.#pages.length) await this.#fetch(page)
      }
    } catch {
      // The banner says it, and the rows stay.
    } finally {
      this.#busy = false
    }
    // Rows that were scrolled to meanwhile.
    if (!this.#aborter.signal.aborted) this.#fill()
  }

  async #fetch(page: number): Promise<void> {
    const marker = this.#markers[page]
    const from = marker ? `&marker=${encodeURIComponent(marker)}` : ''
    const path = `nodes?limit=${pageSize}${from}&${this.#filter}`
    const { nodes, next } = await ask<NodeListAnswer>(path, this.#aborter.signal).catch((error: ApiFailure) => {
      // The node at which it begins was deleted: the page before has another end now.
      if (error.status === 404 && page > 0) {
        this.#pages.length = page - 1
        this.#complete = false
      }
      throw error
    })
    this.#pages[page] = nodes
    // A page that has changed its end moves all that follow.
    if (this.#markers[page + 1] !== undefined && this.#markers[page + 1] !== next) {
      this.#pages.length = page + 1
      this.#complete = false
    }
    this.#markers[page + 1] = next
    if (next === null) this.#complete = true
    this.version.set(this.version.value + 1)
  }
}

export function useNodeList(filter: string, expected: number | undefined): NodeListView {
  const pages = useMemo(() => new NodePages(filter), [filter])
  useEffect(() => {
    pages.start()
    return () => pages.stop()
  }, [pages])
  useStore(pages.version)
  const { complete, failure, loaded } = pages
  const total = complete ? loaded : Math.max(loaded + (loaded > 0 ? 1 : 0), expected ?? 0)
  return {
    total,
    loaded,
    complete,
    failure,
    rowAt: (index) => pages.rowAt(index),
    lookAt: (first, last) => pages.lookAt(first, last),
  }
}
