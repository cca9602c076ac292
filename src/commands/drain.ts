import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import type { Conductor } from '../model/conductor.ts'
import { BootringError } from '../model/errors.ts'
import { printableLines } from '../model/printable.ts'
import type { Database } from '../model/stores.ts'
import { asServed } from './as-served.ts'
import { type Context, withContext } from './context.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { counted } from './terminal/counted.ts'
import { Progress } from './terminal/progress.ts'
import { registeredHostname } from './wiring/registered-hostname.ts'

interface DrainOptions extends ConfigOptions {
  cancel?: boolean
  json?: boolean
  timeout: string
}

/** As `--json` prints it. */
interface DrainReport {
  conductor: string
  /** `drained`, `cancelled`; `timeout`: nodes are left; `interrupted`: it was restarted, or somebody has cancelled. */
  outcome: 'drained' | 'cancelled' | 'timeout' | 'interrupted'
  /** Nodes with boot files that others have taken over meanwhile, and those that nobody has yet. */
  handed_over: number
  left: number
  seconds: number
}

const lookEverySeconds = 1

/** `bootring conductor drain`: has a conductor hand its nodes over, and waits until others have prepared them. */
export function drainCommand(): Command {
  const command = new Command('drain')
    .description(
      'have a conductor hand its nodes over, and wait until others have them; it goes on answering, and can then be stopped',
    )
    .argument('[hostname]', 'the conductor, as bootring ring shows it (default: the one of this host)')
    .option('--cancel', 'have it keep its nodes after all')
    .option('--timeout <seconds>', 'how long to wait; the conductor goes on handing over after that', '600')
    .option('--json', 'print one JSON document')
  addExamples(command, {
    'bootring conductor drain': 'before this host is switched off',
    'bootring conductor drain cond-2.example.org --timeout 60': 'another one, and wait for a minute at most',
    'bootring conductor drain cond-2.example.org --cancel': 'it is to stay after all',
  })
  return addConfigOptions(command).action((hostname: string | undefined, own: DrainOptions) => {
    // Those before the word `drain` went to the command above.
    const options = { ...command.parent?.opts<ConfigOptions>(), ...own }
    return withContext(options, (context) => drain(context, hostname, options), { makesDatabase: false })
  })
}

async function drain(context: Context, name: string | undefined, options: DrainOptions): Promise<void> {
  const { config, database } = context
  const timeoutSeconds = Number(options.timeout)
  if (!(timeoutSeconds >= 0)) {
    throw new BootringError('ConfigInvalid', `--timeout ${options.timeout}: a number of seconds is expected`)
  }
  await database.checkSchema()
  const { installation } = await asServed(context, options)
  const hostname = name ?? registeredHostname(installation.host, installation.rpcPort)
  const look = async () => {
    const conductors = await database.conductors.conductors(config.conductor.heartbeat_timeout)
    const found = conductors.find((conductor) => conductor.hostname === hostname)
    if (found) return found
    throw unknown(hostname, name === undefined, conductors)
  }
  const conductor = await look()
  if (conductor.alive && !(await database.conductors.setDraining(hostname, options.cancel !== true))) {
    throw new BootringError('UnknownConductor', `conductor ${hostname} is of a release that can't drain: stop it`)
  }
  const report = options.cancel
    ? { conductor: hostname, outcome: 'cancelled' as const, handed_over: 0, left: 0, seconds: 0 }
    : await handOver(database, conductor, look, {
        timeoutSeconds,
        quiet: options.json,
        // So long some API may still send machines to it first.
        leastSeconds: conductor.alive ? config.DEFAULT.hash_ring_reset_interval : 0,
      })
  process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : printableLines(describe(report)))
  if (report.outcome === 'timeout' || report.outcome === 'interrupted') process.exitCode = 1
}

/** Waits until no node with boot files is left that this conductor was the last to prepare. */
async function handOver(
  database: Database,
  { hostname, id, alive }: Conductor,
  look: () => Promise<Conductor>,
  { leastSeconds, timeoutSeconds, quiet }: { leastSeconds: number; timeoutSeconds: number; quiet: boolean | undefined },
): Promise<DrainReport> {
  const startedAt = performance.now()
  const progress = new Progress(process.stderr, { quiet })
  let most = 0
  try {
    for (;;) {
      const left = (await database.reservations.takenOver(id)).size
      const seconds = (performance.now() - startedAt) / 1000
      most = Math.max(most, left)
      const report = { conductor: hostname, handed_over: most - left, left, seconds: Math.round(seconds) }
      // Looked at after the nodes: it was draining when they were counted.
      const now = await look()
      if (alive && now.online && !now.draining) return { ...report, outcome: 'interrupted' }
      if (left === 0 && seconds >= leastSeconds) return { ...report, outcome: 'drained' }
      if (seconds >= timeoutSeconds) return { ...report, outcome: 'timeout' }
      const steps = most === 0 ? undefined : { done: most - left, total: most }
      progress.show(`${hostname} hands its nodes over`, steps)
      await pause(lookEverySeconds * 1000)
    }
  } finally {
    progress.clear()
  }
}

/** Names those that there are. */
function unknown(hostname: string, byDefault: boolean, conductors: readonly Conductor[]): BootringError {
  const there = conductors.map((conductor) => conductor.hostname).join(', ')
  const known = there === '' ? 'none has registered in this database' : `there are ${there}`
  return new BootringError(
    'UnknownConductor',
    byDefault
      ? `no conductor is called ${hostname}, as the configuration calls that of this host; ${known}`
      : `no conductor is called ${hostname}; ${known}`,
  )
}

function describe({ conductor, handed_over: handedOver, left, outcome, seconds }: DrainReport): string {
  switch (outcome) {
    case 'cancelled':
      return `${conductor} keeps its nodes.\n`
    case 'drained':
      return `${conductor} is drained: ${counted(handedOver, 'node')} handed over in ${seconds} s. It can be stopped.\n`
    case 'timeout':
      return `${conductor} still has ${counted(left, 'node')} after ${seconds} s (${handedOver} handed over): nobody else offers their driver in their group, or the others can't prepare them; see their logs.\n`
    case 'interrupted':
      return `${conductor} drains no longer, with ${counted(left, 'node')} left: it was started anew, or somebody has cancelled.\n`
  }
}
