import { parseArgs } from 'node:util'
import type { IronicRelease } from '../test/lab/ironic/ironic-release.ts'
import { wholeNumber } from './whole-number.ts'

export interface AttachedBenchOptions {
  release: IronicRelease
  nodes: number
  /** Of the nodes: those in `clean wait`, which have boot files. */
  waiting: number
  rounds: number
  secondsPerPhase: number
  /** How long everything is left alone; Ironic's slowest periodic tasks come once a minute. */
  idleSeconds: number
  /** Without a load of Ironic's, booting as fast as it goes. */
  fastSeconds: number
  bootsPerSecond: number
  /** Requests of each kind in each of the batches whose cost is taken. */
  requestsEach: number
  /** Size of a config drive that each waiting node is given, as nodes have while they are deployed; 0: none. */
  configDriveKib: number
  seed: number
  quick: boolean
}

export const attachedHelp = `Usage: make bench-attached, or node bench/attached.ts [options]

Measures what bootring beside a real Ironic adds to the load of Ironic's database, and whether Ironic's
API gets slower. Starts MariaDB, an Ironic of three conductors and bootring on loopback, from a temporary
folder. Takes six minutes, more on a busy machine.

  --quick              fewer and shorter phases: about 90 seconds; results go to
                       bench/results/attached-quick.*, which git ignores
  --release <which>    Ironic of Debian's packages or the newest: debian, newest (default: debian)
  --rounds <n>         rounds of the three phases (default: 6; quick: 1)
  --seconds <n>        length of a phase (default: 8; quick: 6)
  --boots <n>          boots a second in the third phase (default: 50)
  --config-drive <KiB> size of a config drive for each waiting node (default: 0, none)
  --seed <n>           seed of everything drawn at random (default: 1)
  --help               this text
`

/** Throws with one sentence on anything it does not understand; undefined for `--help`. */
export function parseAttachedOptions(args: string[]): AttachedBenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      release: { type: 'string', default: 'debian' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      boots: { type: 'string', default: '50' },
      'config-drive': { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick, release } = values
  if (release !== 'debian' && release !== 'newest') {
    throw new Error(`--release: expected debian or newest, not ${JSON.stringify(release)}`)
  }
  return {
    release,
    nodes: quick ? 60 : 200,
    waiting: quick ? 20 : 50,
    rounds: wholeNumber('rounds', values.rounds ?? (quick ? '1' : '6'), 1, 100),
    secondsPerPhase: wholeNumber('seconds', values.seconds ?? (quick ? '6' : '8'), 2, 600),
    idleSeconds: quick ? 8 : 60,
    fastSeconds: quick ? 4 : 10,
    bootsPerSecond: wholeNumber('boots', values.boots, 1, 1000),
    requestsEach: quick ? 10 : 40,
    configDriveKib: wholeNumber('config-drive', values['config-drive'], 0, 1024),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    quick,
  }
}
