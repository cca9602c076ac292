import { Store } from './store.ts'

/** Where we are: `#/nodes/4f…?mac=…` has the parts `nodes` and `4f…`, and one parameter. */
export interface Route {
  readonly page: string
  readonly id: string | undefined
  readonly query: Readonly<Record<string, string>>
}

type Query = Readonly<Record<string, string | undefined>>

export const route = new Store<Route>(parseHash(location.hash))
addEventListener('hashchange', () => route.set(parseHash(location.hash)))

function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const [page = '', id] = path.split('/', 2)
  return {
    page: page || 'fleet',
    id: id ? decoded(id) : undefined,
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The address of a page, for links. */
export function href(page: string, id?: string, query: Query = {}): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const parameters = new URLSearchParams(set).toString()
  const path = id === undefined ? page : `${page}/${encodeURIComponent(id)}`
  return `#/${path}${parameters === '' ? '' : `?${parameters}`}`
}

/** What is there now leaves at once: the browser's own event comes later, and a timer may come before it. */
export function go(target: string): void {
  location.hash = target
  route.set(parseHash(location.hash))
}

/** Changes parameters of the page that is shown. `push`: as a step of its own, which the browser goes back over. */
export function setQuery(changes: Query, how: 'push' | 'replace' = 'replace'): void {
  // Not those of `route`: a link that was followed this moment must not be undone.
  const { page, id, query } = parseHash(location.hash)
  history[`${how}State`](null, '', href(page, id, { ...query, ...changes }))
  route.set(parseHash(location.hash))
}
