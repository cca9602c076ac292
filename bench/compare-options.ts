import { parseRoundOptions, type QuickRoundOptions, roundHelp } from './round-options.ts'

export interface CompareOptions extends QuickRoundOptions {
  /** Folder of the other checkout, set up like this one. */
  other: string
}

const defaults = { rounds: { full: 10, quick: 3 }, seconds: { full: 3, quick: 1 } }

export const compareHelp = `Usage: node bench/compare.ts <checkout> [options]

Measures how many boot scripts a second this checkout gives out, as part of what another one does in the same run: e.g.
a worktree of an older commit, set up like this one. Each makes its own database; the rounds of the two are interleaved.

${roundHelp('compare', defaults)}`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseCompareOptions(args: string[]): CompareOptions | undefined {
  const parsed = parseRoundOptions(args, defaults)
  if (parsed === undefined) return undefined
  const [other, ...more] = parsed.positionals
  if (other === undefined || more.length > 0) throw new Error('expected the folder of one other checkout')
  return { other, ...parsed.options }
}
