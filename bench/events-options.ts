import { parseRoundOptions, type QuickRoundOptions, roundHelp } from './round-options.ts'

const defaults = { rounds: { full: 20, quick: 5 }, seconds: { full: 2, quick: 1 } }

export const eventsHelp = `Usage: node bench/events.ts [options]

Measures how many boot scripts a second are given out with [bootring]boot_events on, as part of what is with it off, in one
run of interleaved rounds.

${roundHelp('events', defaults)}`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseEventsOptions(args: string[]): QuickRoundOptions | undefined {
  const parsed = parseRoundOptions(args, defaults)
  if (parsed === undefined) return undefined
  if (parsed.positionals.length > 0) throw new Error(`unexpected argument: ${parsed.positionals[0]}`)
  return parsed.options
}
