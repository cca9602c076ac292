import { parseArgs } from 'node:util'
import { wholeNumber } from './whole-number.ts'

export interface CompareOptions {
  /** Folder of the other checkout, set up like this one. */
  other: string
  nodes: number
  rounds: number
  secondsPerRound: number
  connections: number
  seed: number
  quick: boolean
}

export const compareHelp = `Usage: node bench/compare.ts <checkout> [options]

Measures how many boot scripts a second this checkout gives out, as part of what another one does in the same run: e.g.
a worktree of an older commit, set up like this one. Each makes its own database; the rounds of the two are interleaved.

  --quick               fewer and shorter rounds; results go to bench/results/compare-quick.*, which git ignores
  --nodes <n>           size of the fleet (default: 1000)
  --rounds <n>          rounds of load on each (default: 10; quick: 3)
  --seconds <n>         length of a round (default: 3; quick: 1)
  --connections <n>     kept connections of the load generator (default: 32)
  --seed <n>            seed of everything drawn at random (default: 1)
  --help                this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseCompareOptions(args: string[]): CompareOptions | undefined {
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
    },
  })
  if (values.help) return undefined
  const [other, ...more] = positionals
  if (other === undefined || more.length > 0) throw new Error('expected the folder of one other checkout')
  const { quick } = values
  return {
    other,
    nodes: wholeNumber('nodes', values.nodes, 10, 1_000_000),
    rounds: wholeNumber('rounds', values.rounds ?? (quick ? '3' : '10'), 1, 100),
    secondsPerRound: wholeNumber('seconds', values.seconds ?? (quick ? '1' : '3'), 1, 60),
    connections: wholeNumber('connections', values.connections, 1, 1000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    quick,
  }
}
