/** Where a value was written. */
export type Origin =
  | { readonly file: string; readonly line: number }
  /** Name of the environment variable. */
  | { readonly environment: string }
  /** Handed over by the program itself. */
  | { readonly override: true }

/** One thing wrong (or, as a warning, outdated) in the configuration. Values of secret options never get in here. */
export interface Problem {
  readonly file?: string
  /** From 1. */
  readonly line?: number
  readonly environment?: string
  readonly group?: string
  /** As it was written, which may be a deprecated name. */
  readonly option?: string
  /** As it was written, shortened; `***` for a secret. */
  readonly value?: string
  /** What should have been there, to be read after "expected". */
  readonly expected: string
}

const maxShownCharacters = 200

/** `file:line: [group]option = value: expected …` */
export function formatProblem({ file, line, environment, group, option, value, expected }: Problem): string {
  const place = file === undefined ? environment : line === undefined ? file : `${file}:${line}`
  const name = option === undefined ? undefined : `[${group}]${option}${value === undefined ? '' : ` = ${value}`}`
  return [place, name, `expected ${expected}`].filter((part) => part !== undefined).join(': ')
}

/** The place of a problem, from the origin of the value. */
export function placeOf(origin: Origin): Pick<Problem, 'file' | 'line' | 'environment'> {
  return 'override' in origin ? {} : origin
}

/** A value on one line, not too long, and without the user and password of any URL in it (a password may hold `/` and `@`). */
export function showValue(text: string): string {
  const line = text
    .replaceAll(/\/\/\S*@/g, '//***@')
    .replaceAll('\n', '\\n')
    .replaceAll(/\p{Cc}/gu, '?')
  return line.length > maxShownCharacters ? `${line.slice(0, maxShownCharacters)}…` : line
}
