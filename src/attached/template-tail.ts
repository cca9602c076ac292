/** Shorter ones may stand in the middle of a file as well. */
const shortestTail = 8

/**
 * What every file made from a Jinja2 template ends with: the literal text after the template's last tag. undefined where
 * that says nothing of whether a file is whole: there is too little of it, it occurs earlier in the template too, or the
 * template is only a part of another.
 */
export function templateTail(source: string): string | undefined {
  // As Jinja2 reads it: one line end at the end is dropped.
  const text = source.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '')
  if (/\{%[-+]?\s*extends\b/.test(text)) return undefined
  const lastTag = Math.max(...['}}', '%}', '#}'].map((end) => text.lastIndexOf(end)))
  if (lastTag === -1) return undefined
  const strips = text[lastTag - 1] === '-'
  const literal = text.slice(lastTag + 2)
  const tail = strips ? literal.trimStart() : literal
  const significant = tail.trim()
  if (significant.length < shortestTail || text.indexOf(significant) < lastTag) return undefined
  return tail
}
