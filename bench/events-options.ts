import { parseArgs } from 'node:util'
import type { RoundOptions } from './compare-rounds.ts'
import { wholeNumber } from './whole-number.ts'

export interface EventsOptions extends RoundOptions {
  quick: boolean
}

export const eventsHelp = `Usage: node bench/events.ts [options]

Measures how many boot scripts a second are given out with [bootring]boot_events on, as part of what is with it off, in one
run of interleaved rounds.

  --quick               fewer and shorter rounds; results go to bench/results/events-quick.*, which git ignores
  --nodes <n>           size of the fleet (default: 1000)
  --rounds <n>          rounds of load on each (default: 20; quick: 5)
  --seconds <n>         length of a round (default: 2; quick: 1)
  --connections <n>     kept connections of the load generator (default: 32)
  --seed <n>            seed of everything drawn at random (default: 1)
  --help                this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseEventsOptions(args: string[]): EventsOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      nodes: { type: 'string', default: '1000' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '32' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick } = values
  return {
    nodes: wholeNumber('nodes', values.nodes, 10, 1_000_000),
    rounds: wholeNumber('rounds', values.rounds ?? (quick ? '5' : '20'), 1, 100),
    secondsPerRound: wholeNumber('seconds', values.seconds ?? (quick ? '1' : '2'), 1, 60),
    connections: wholeNumber('connections', values.connections, 1, 1000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    quick,
  }
}
