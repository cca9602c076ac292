import type { Problem } from './problem.ts'

/** One assignment in a file. */
export interface IniEntry {
  /** `DEFAULT`, or in lower case: oslo.config does not tell `[API]` from `[api]`. */
  readonly group: string
  readonly name: string
  /** Lines of a continued value are joined by newlines. */
  readonly value: string
  readonly file: string
  /** The line on which the name stands, from 1. */
  readonly line: number
}

/** Group names are compared without regard to case, but for `DEFAULT`. */
export const normalizeGroup = (group: string): string => (group === 'DEFAULT' ? group : group.toLowerCase())

/**
 * Reads oslo.config's INI dialect, as its `iniparser` does:
 *
 * - `#` and `;` begin a comment at the start of a line only: there are none after a value.
 * - `name = value` or `name: value`, whichever sign comes first. One pair of quotes around the value's first line goes.
 * - A line that starts with white space continues the value before it; blank lines and comments end a value.
 *
 * Entries come in the order of the file, repeats included. Lines that make no sense are problems, and are left out. Such a
 * line is not quoted in the problem: it may be half of a password.
 */
export function parseIni(text: string, file: string): { entries: IniEntry[]; problems: Problem[] } {
  const entries: IniEntry[] = []
  const problems: Problem[] = []
  let group: string | undefined
  let open: { name: string; lines: string[]; line: number } | undefined
  /** After a line that made no sense, its continuation lines are not reported as well. */
  let skipping = false

  const close = (): void => {
    if (open === undefined) return
    const { name, lines, line } = open
    open = undefined
    if (group === undefined) problems.push({ file, line, expected: `a [group] line before the first option, ${name}` })
    else entries.push({ group, name, value: lines.join('\n'), file, line })
  }

  for (const [index, rawLine] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const content = rawLine.trimEnd()
    const problem = (expected: string): void => {
      skipping = true
      problems.push({ file, line: index + 1, expected })
    }
    if (/^[ \t]/.test(content)) {
      if (open !== undefined) open.lines.push(content.trimStart())
      else if (!skipping) problem('an option before this line: a line that starts with white space continues a value')
      continue
    }
    close()
    skipping = false
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue
    if (content.startsWith('[')) {
      if (!content.endsWith(']')) problem('"]" at the end of the line that names a group')
      else if (content.length === 2) problem("a group's name between the brackets")
      else group = normalizeGroup(content.slice(1, -1))
      continue
    }
    const separator = content.search(/[=:]/)
    const name = content.slice(0, Math.max(separator, 0)).trim()
    if (separator < 0) problem('"name = value", "name: value", "[group]" or a comment')
    else if (name === '') problem(`an option's name before "${content[separator]}"`)
    else open = { name, lines: [withoutQuotes(content.slice(separator + 1).trim())], line: index + 1 }
  }
  close()
  return { entries, problems }
}

function withoutQuotes(value: string): string {
  const quoted = (value.startsWith('"') || value.startsWith("'")) && value.at(-1) === value[0]
  return quoted ? value.slice(1, -1) : value
}
