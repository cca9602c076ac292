const field = /^user-agent:[ \t]*([^\r\n]{0,255})/im

/** A fleet has few of them. */
const mostKnown = 256
const known = new Map<string, string>()

/**
 * The user agent of a request whose header fields are still text; undefined where it names none. Each is kept once: a piece of
 * the text would keep all of it in memory.
 */
export function userAgentIn(fields: string): string | undefined {
  const piece = field.exec(fields)?.[1]
  if (piece === undefined || piece === '') return undefined
  const found = known.get(piece)
  if (found !== undefined) return found
  const copy = Buffer.from(piece, 'latin1').toString('latin1')
  if (known.size >= mostKnown) known.clear()
  known.set(copy, copy)
  return copy
}
