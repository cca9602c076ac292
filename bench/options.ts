import { parseArgs } from 'node:util'
import { wholeNumber } from './whole-number.ts'

export interface BenchOptions {
  /** Sizes of the fleets, smallest first. */
  nodes: [number, number]
  rounds: number
  secondsPerRound: number
  connections: number
  refusalsEach: number
  starts: number
  seed: number
  postgresql: boolean
  quick: boolean
}

export const help = `Usage: make bench, or node bench/run.ts [options]

Measures how many boot scripts a second nginx, bootring serve, and bootring api with a conductor
in another process give out, what they cost, and whether refusals can be told apart by their times.
Everything runs on loopback, from a temporary folder. Takes eight to ten minutes.

  --quick               smaller fleets (1,000 and 10,000), fewer and shorter rounds: about 80 seconds;
                        results go to bench/results/quick.*, which git ignores
  --nodes <small,large> sizes of the two fleets (default: 1000,100000)
  --rounds <n>          rounds of load on each candidate (default: 7; quick: 3)
  --seconds <n>         length of a round (default: 4; quick: 2)
  --connections <n>     kept connections of the load generator (default: 32)
  --seed <n>            seed of everything drawn at random (default: 1)
  --postgresql          also api with a conductor on a PostgreSQL of its own
  --help                this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      nodes: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '32' },
      seed: { type: 'string', default: '1' },
      postgresql: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick, postgresql } = values
  const sizes = (values.nodes ?? (quick ? '1000,10000' : '1000,100000')).split(',')
  const [small, large, ...more] = sizes.map((size) => wholeNumber('nodes', size, 10, 1_000_000))
  if (small === undefined || large === undefined || more.length > 0 || small >= large) {
    throw new Error('--nodes: expected two sizes, the smaller one first, e.g. 1000,100000')
  }
  return {
    nodes: [small, large],
    rounds: wholeNumber('rounds', values.rounds ?? (quick ? '3' : '7'), 1, 100),
    secondsPerRound: wholeNumber('seconds', values.seconds ?? (quick ? '2' : '4'), 1, 60),
    connections: wholeNumber('connections', values.connections, 1, 1000),
    refusalsEach: quick ? 300 : 2000,
    starts: quick ? 2 : 5,
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    postgresql,
    quick,
  }
}
