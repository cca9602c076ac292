import { parseArgs } from 'node:util'
import { wholeNumber } from './whole-number.ts'

export interface ManagementOptions {
  /** Nodes that are created over REST. */
  create: number
  /** The same of the API and the conductor on PostgreSQL. */
  createOnPostgresql: number
  /** Sizes of the fleets that are compared, smallest first. */
  nodes: number[]
  clients: number
  rounds: number
  secondsPerRound: number
  restSeconds: number
  seed: number
  postgresql: boolean
  quick: boolean
}

export const managementHelp = `Usage: make bench, or node bench/management.ts [options]

Measures what managing nodes over REST costs: creating them with ports, showing, listing in pages, patching; how that
grows with the fleet; and what a conductor does while nobody asks for anything. Everything runs on loopback, from a
temporary folder. Takes ten minutes, more on a busy machine.

  --quick               fewer nodes and shorter rounds: two minutes; results go to
                        bench/results/management-quick.*, which git ignores
  --create <n>          nodes to create over REST (default: 10000; quick: 500)
  --create-on-postgresql <n>
                        the same with the API and the conductor on PostgreSQL (default: as many)
  --nodes <sizes>       sizes of the fleets to compare (default: 1000,10000,100000; quick: 1000,10000)
  --clients <n>         clients that create, show, list and patch at once (default: 8)
  --rounds <n>          rounds of comparing (default: 3; quick: 2)
  --seconds <n>         length of each operation in a round (default: 1)
  --rest <n>            seconds of looking at conductors at rest; 0: none (default: 60; quick: 0)
  --seed <n>            seed of everything drawn at random (default: 1)
  --no-postgresql       bootring serve on SQLite alone
  --help                this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseManagementOptions(args: string[]): ManagementOptions | undefined {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      create: { type: 'string' },
      'create-on-postgresql': { type: 'string' },
      nodes: { type: 'string' },
      clients: { type: 'string', default: '8' },
      rounds: { type: 'string' },
      seconds: { type: 'string', default: '1' },
      rest: { type: 'string' },
      seed: { type: 'string', default: '1' },
      postgresql: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick, postgresql } = values
  const sizes = (values.nodes ?? (quick ? '1000,10000' : '1000,10000,100000')).split(',')
  const nodes = sizes.map((size) => wholeNumber('nodes', size, 1000, 1_000_000))
  if (nodes.length < 2 || nodes.some((size, index) => size <= (nodes[index - 1] ?? 0))) {
    throw new Error('--nodes: expected two sizes or more, the smallest one first, e.g. 1000,100000')
  }
  const create = values.create ?? (quick ? '500' : '10000')
  return {
    create: wholeNumber('create', create, 10, 1_000_000),
    createOnPostgresql: wholeNumber('create-on-postgresql', values['create-on-postgresql'] ?? create, 10, 1_000_000),
    nodes,
    clients: wholeNumber('clients', values.clients, 1, 1000),
    rounds: wholeNumber('rounds', values.rounds ?? (quick ? '2' : '3'), 1, 100),
    secondsPerRound: wholeNumber('seconds', values.seconds, 1, 60),
    restSeconds: wholeNumber('rest', values.rest ?? (quick ? '0' : '60'), 0, 3600),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    postgresql,
    quick,
  }
}
