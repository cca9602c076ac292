import { parseRoundOptions, type QuickRoundOptions, roundHelp } from './round-options.ts'
import { wholeNumber } from './whole-number.ts'

const defaults = { rounds: { full: 5, quick: 2 }, seconds: { full: 1, quick: 1 } }
const turns = { full: 9, quick: 1 }

export interface EventsOptions extends QuickRoundOptions {
  /** How often processes are started anew, each time for so many rounds. */
  turns: number
}

export const eventsHelp = `Usage: node bench/events.ts [options]

Measures how many boot scripts a second are given out with [bootring]boot_events on, as part of what is with it off, in one
run of interleaved rounds.

  --turns <n>           times that all processes are started anew (default: ${turns.full}; quick: ${turns.quick})
${roundHelp('events', defaults)}`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseEventsOptions(args: string[]): EventsOptions | undefined {
  const parsed = parseRoundOptions(args, defaults, ['turns'])
  if (parsed === undefined) return undefined
  const { more, options, positionals } = parsed
  if (positionals.length > 0) throw new Error(`unexpected argument: ${positionals[0]}`)
  const asked = more.turns ?? String(turns[options.quick ? 'quick' : 'full'])
  return { ...options, turns: wholeNumber('turns', asked, 1, 100) }
}
