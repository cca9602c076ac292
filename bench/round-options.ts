import { parseArgs } from 'node:util'
import type { RoundOptions } from './compare-rounds.ts'
import { wholeNumber } from './whole-number.ts'

/** What is measured where nothing else is said: in full, and with `--quick`. */
export interface RoundDefaults {
  rounds: Readonly<Record<'full' | 'quick', number>>
  seconds: Readonly<Record<'full' | 'quick', number>>
}

export interface QuickRoundOptions extends RoundOptions {
  quick: boolean
}

/** `name`: of the files of results. */
export function roundHelp(name: string, { rounds, seconds }: RoundDefaults): string {
  return `  --quick               fewer and shorter rounds; results go to bench/results/${name}-quick.*, which git ignores
  --nodes <n>           size of the fleet (default: 1000)
  --rounds <n>          rounds of load on each (default: ${rounds.full}; quick: ${rounds.quick})
  --seconds <n>         length of a round (default: ${seconds.full}; quick: ${seconds.quick})
  --connections <n>     kept connections of the load generator (default: 32)
  --seed <n>            seed of everything drawn at random (default: 1)
  --help                this text
`
}

/** `more`: names of options with a value. Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseRoundOptions(
  args: string[],
  defaults: RoundDefaults,
  more: readonly string[] = [],
): { options: QuickRoundOptions; positionals: string[]; more: Record<string, string | undefined> } | undefined {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      nodes: { type: 'string', default: '1000' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '32' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(more.map((name) => [name, { type: 'string' } as const])),
    },
  })
  if (values.help) return undefined
  const { quick } = values
  const size = quick ? 'quick' : 'full'
  const options = {
    nodes: wholeNumber('nodes', values.nodes, 10, 1_000_000),
    rounds: wholeNumber('rounds', values.rounds ?? String(defaults.rounds[size]), 1, 100),
    secondsPerRound: wholeNumber('seconds', values.seconds ?? String(defaults.seconds[size]), 1, 60),
    connections: wholeNumber('connections', values.connections, 1, 1000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    quick,
  }
  const own = Object.entries(values).filter((one): one is [string, string] => more.includes(one[0]))
  return { options, positionals, more: Object.fromEntries(own) }
}
