import type { ComponentChildren } from 'preact'
import type { ApiFailure } from '../api/ask.ts'
import { connection } from '../api/connection.ts'
import { useStore } from '../store.ts'

/** Says that there is nothing, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

/** Nothing is here yet. Where that will last, this says so; where the API is away, the banner has said why. */
export function Loading({ failure }: { failure?: ApiFailure | undefined }) {
  const { state } = useStore(connection)
  const text =
    state !== 'well'
      ? 'Nothing to show until the API answers.'
      : failure === undefined
        ? 'Loading …'
        : `${failure.message} It is tried again by itself.`
  return <p class="loading">{text}</p>
}
