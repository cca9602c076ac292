import { parseInteger } from './ipxe-settings.ts'

/** What a command takes before its other words (src/core/getopt.c): by long name, with its letter and whether a value follows. */
export type OptionTable = Readonly<Record<string, { letter: string; value: boolean }>>

export interface ParsedOptions {
  options: ReadonlyMap<string, string>
  /** The words after the options. Options end at the first word that is none. */
  rest: string[]
}

/** Parses a command's words (without its name); a text says what is wrong with them. */
export function parseOptions(words: readonly string[], table: OptionTable): ParsedOptions | string {
  const options = new Map<string, string>()
  let at = 0
  while (at < words.length && words[at]?.startsWith('-')) {
    const word = words[at] ?? ''
    at += 1
    if (word === '--') break
    const [name = '', inline] = split(word)
    const found = Object.entries(table).find(([long, { letter }]) => name === `--${long}` || name === `-${letter}`)
    if (!found) return `Unrecognised option "${word}"`
    const [long, { value }] = found
    if (!value) {
      options.set(long, '')
      continue
    }
    const argument = inline ?? words[at++]
    if (argument === undefined) return `Option "${long}" requires an argument`
    options.set(long, argument)
  }
  return { options, rest: words.slice(at) }
}

function split(word: string): [string, string?] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)]
}

/** `--timeout`: milliseconds, 0 without it; undefined when it is no number. */
export function timeoutMs({ options }: ParsedOptions): number | undefined {
  return parseInteger(options.get('timeout') ?? '0')
}
