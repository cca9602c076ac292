import { useEffect, useState } from 'preact/hooks'

/** A value that changes, and who wants to know. */
export class Store<T> {
  #value: T
  readonly #listeners = new Set<(value: T) => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const listener of [...this.#listeners]) listener(value)
  }

  /** Returns what ends it. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export function useStore<T>(store: Store<T>): T {
  const { value } = store
  const [, redraw] = useState<object>()
  useEffect(() => {
    // It may have changed between the rendering and now.
    if (!Object.is(store.value, value)) redraw({})
    return store.subscribe(() => redraw({}))
  }, [store])
  return value
}
