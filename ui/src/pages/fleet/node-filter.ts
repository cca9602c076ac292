/** What a list of nodes is filtered by: parameters of the API, and of the address bar under the same names. */
export const filterNames = [
  'q',
  'state',
  'maintenance',
  'error',
  'owner',
  'driver',
  'boot_interface',
  'unserved_minutes',
] as const

/** Those that are set, as the API takes them; empty: all nodes. */
export function filterOf(query: Readonly<Record<string, string>>): string {
  const set = filterNames.flatMap((name) => (query[name] ? [[name, query[name]]] : []))
  return new URLSearchParams(set).toString()
}
