/** What the API knows of a file that a machine may ask for. */
interface BootFile {
  /** What a whole and usable file begins with; a firmware that is handed anything else may hang. */
  readonly beginsWith: string
}

/**
 * The files that machines may ask for, by name. A name from a client is only ever looked up here: it never becomes part
 * of a path, and a conductor never hears of any other.
 */
export const bootFiles: ReadonlyMap<string, BootFile> = new Map([['boot.ipxe', { beginsWith: '#!' }]])
