/** What commands write to: `process.stdout` and `process.stderr`, or a list of lines in a test. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** How many characters fit into a line; of terminals only. */
  readonly columns?: number
}

/** The environment variables that say what a terminal shows. */
export type TerminalEnvironment = Readonly<Partial<Record<'NO_COLOR' | 'FORCE_COLOR' | 'TERM', string>>>

/**
 * Whether colours go to `output`: to terminals, but for dumb ones. `FORCE_COLOR` asks for them elsewhere as well, and
 * `NO_COLOR` (https://no-color.org) has the last word.
 */
export function showsColours({ isTTY }: Output, env: TerminalEnvironment = process.env): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTTY === true && env.TERM !== 'dumb'
}

/** How many characters fit into a line; undefined where lines may be of any length: in files and pipes. */
export function lineWidth({ columns, isTTY }: Output): number | undefined {
  // Some pseudo-terminals say 0 for "don't know".
  return isTTY === true ? columns || 80 : undefined
}
