/**
 * Writes a value so that it reads back the same after `name = ` in a file: lists and dicts with commas, quotes where white space
 * or quotes at the ends would be lost, `$$` for `$`. Lines of a value with newlines must not be blank or begin or end with
 * white space, and no backslash stand before a dollar sign: the file format has no way to say those.
 */
export function formatValue(value: unknown): string {
  const text = formatAsText(value)
  const [first = '', ...rest] = text.split('\n')
  return [first !== first.trim() || isQuoted(first) ? `"${first}"` : first, ...rest].join('\n    ')
}

/** The same without quotes around the whole and before it is laid out in lines: what substitution starts from. */
export function formatAsText(value: unknown): string {
  return formatUnquoted(value).replaceAll('$', '$$$$')
}

function formatUnquoted(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => protectCommas(String(item))).join(',')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, item]) => protectCommas(`${key}:${item}`))
      .join(',')
  return String(value)
}

function protectCommas(item: string): string {
  const needed = item === '' || item.includes(',') || item.trim() !== item || /^["']|["']$/.test(item)
  return needed ? (item.includes('"') ? `'${item}'` : `"${item}"`) : item
}

const isQuoted = (text: string): boolean => /^(["']).*\1$/.test(text) || text === '"' || text === "'"
