import { parseArgs } from 'node:util'
import { wholeNumber } from '../bench/whole-number.ts'
import { type DatabaseName, databaseNames } from './lab-database.ts'
import { byNameOnly, scenarios } from './scenarios.ts'

export interface StormOptions {
  scenarios: readonly string[]
  machines: number
  /** Over which they are switched on. */
  seconds: number
  conductors: number
  realMachines: number
  database: DatabaseName
  seed: number
  /** Machines are switched on again and again, so many a second; undefined: each once. */
  bootsPerSecond: number | undefined
  /** Name of the results' files. */
  results: string
}

export const help = `Usage: make storm, or node storm/run.ts [options]

Boots a fleet of simulated machines, and some real ones, from an installation in network namespaces of its own: two APIs,
conductors and a database server, which are killed, stopped, cut off, filled up and restarted meanwhile. Counts the boots
that were lost, and ends with 1 if there was one. Needs root. All scenarios take about half an hour.

  --scenario <name>     only this one; may be repeated (default: all but everything and soak)
  --machines <n>        simulated machines (default: 10000)
  --seconds <n>         time over which they are switched on (default: 80)
  --conductors <n>      3 to 10 conductors (default: 3; some scenarios take more)
  --real <n>            machines in QEMU with real firmware (default: 4)
  --database <name>     postgresql or mariadb (default: postgresql)
  --seed <n>            seed of everything drawn at random (default: 1)
  --quick               300 machines over 12 seconds, one of them real
  --soak                the scenario soak alone: 30 minutes, 20 boots a second
  --results <name>      results go to storm/results/<name>.* (default: storm; with --quick or --soak that word)
  --list                name the scenarios
  --help                this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help` and `--list`, which it answers by `print`. */
export function parseOptions(args: string[], print: (text: string) => void): StormOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      scenario: { type: 'string', multiple: true },
      machines: { type: 'string' },
      seconds: { type: 'string' },
      conductors: { type: 'string', default: '3' },
      real: { type: 'string' },
      database: { type: 'string', default: 'postgresql' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      results: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) print(help)
  if (values.list) for (const { description, name } of scenarios) print(`${name.padEnd(20)}${description}\n`)
  if (values.help || values.list) return undefined
  const { quick, soak } = values
  const known = scenarios.map(({ name }) => name)
  const named = values.scenario ?? (soak ? ['soak'] : known.filter((name) => !byNameOnly.has(name)))
  for (const name of named) {
    if (!known.includes(name)) throw new Error(`--scenario: expected one of ${known.join(', ')}; got ${name}`)
  }
  const database = databaseNames.find((name) => name === values.database)
  if (database === undefined) throw new Error(`--database: expected ${databaseNames.join(' or ')}`)
  const results = values.results ?? (quick ? 'quick' : soak ? 'soak' : 'storm')
  if (!/^[a-z0-9][a-z0-9-]*$/.test(results))
    throw new Error('--results: expected a word of letters, digits and hyphens')
  return {
    scenarios: named,
    machines: wholeNumber('machines', values.machines ?? (quick ? '300' : '10000'), 1, 100_000),
    seconds: wholeNumber('seconds', values.seconds ?? (quick ? '12' : soak ? '1800' : '80'), 1, 86_400),
    conductors: wholeNumber('conductors', values.conductors, 3, 10),
    realMachines: wholeNumber('real', values.real ?? (quick ? '1' : '4'), 0, 64),
    database,
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    bootsPerSecond: named.includes('soak') ? 20 : undefined,
    results,
  }
}
