import { Store } from '../store.ts'

/** Whether the API answers, as all requests together have seen it. */
export type Connection =
  | { readonly state: 'well' }
  /** `since`: milliseconds since 1970; `reached`: it answers, but with an error. */
  | { readonly state: 'away'; readonly since: number; readonly reached: boolean; readonly why: string }
  | { readonly state: 'unauthorized' }
  | { readonly state: 'closed'; readonly why: string }

export const connection = new Store<Connection>({ state: 'well' })

const retriers = new Set<() => void>()

/** Registers what is to be tried again when the API is back, or when somebody asks for it. */
export function onRetry(retry: () => void): () => void {
  retriers.add(retry)
  return () => retriers.delete(retry)
}

export function retryNow(): void {
  for (const retry of [...retriers]) retry()
}

export function reportAnswer(): void {
  if (connection.value.state === 'well') return
  connection.set({ state: 'well' })
  retryNow()
}

export function reportFailure(status: number, why: string): void {
  // What was asked before that may fail yet, and asks for no password.
  if (connection.value.state === 'unauthorized') return
  if (status === 401) connection.set({ state: 'unauthorized' })
  else if (status === 403) connection.set({ state: 'closed', why })
  else {
    const since = connection.value.state === 'away' ? connection.value.since : Date.now()
    connection.set({ state: 'away', since, reached: status !== 0, why })
  }
}

/** How long to wait after that many failures in a row: twice as long each time, half a minute at most, never in step. */
export function backOffMilliseconds(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2)
}
