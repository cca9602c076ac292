import { BootringError } from '../model/errors.ts'

/*
 * What the database and the configuration may put into a script. iPXE ends a command at a newline, and splits a line
 * into words before it expands settings: so a control character, or a word that stands for "next command", would make
 * a value into commands. `${net0/mac}` and the like are let through on purpose: operators use them in kernel
 * parameters, and what they expand to can't add words. (Source: iPXE, core/exec.c.)
 */

const commandSeparators: ReadonlySet<string> = new Set(['||', '&&', ';'])

/** Words for a command line, e.g. kernel parameters. `field` names the value in errors. Throws `TemplateFailed`. */
export function safeWords(field: string, value: unknown): string {
  const text = safeText(field, value)
  for (const word of text.split(' ')) {
    if (commandSeparators.has(word))
      throw bad(field, `holds ${JSON.stringify(word)} as a word: iPXE ends a command there`)
    if (word.startsWith('#'))
      throw bad(field, `holds the word ${JSON.stringify(word)}: iPXE takes the rest for a comment`)
  }
  return text
}

/** A URL, or a path relative to the script's own: one word, spaces percent-encoded. Throws `TemplateFailed`. */
export function safeUrl(field: string, value: unknown): string {
  const url = safeText(field, value).trim().replaceAll(' ', '%20')
  if (url === '') throw bad(field, 'is empty')
  if (commandSeparators.has(url) || /^[#-]/.test(url)) throw bad(field, `is no URL: ${JSON.stringify(url)}`)
  return url
}

/** Text of one line. Throws `TemplateFailed`. */
export function safeText(field: string, value: unknown): string {
  if (typeof value !== 'string') throw bad(field, `is no text but ${JSON.stringify(value)}`)
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
      throw bad(field, `holds a control character (U+${code.toString(16).toUpperCase().padStart(4, '0')}) at ${index}`)
  }
  return value
}

const bad = (field: string, why: string) => new BootringError('TemplateFailed', `${field} ${why}`)
