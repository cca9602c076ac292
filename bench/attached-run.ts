import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMeasuredDatabase } from './attached-database.ts'
import { type IronicRequest, ironicLoad, MeasuredInstallation } from './attached-installation.ts'
import { type Answers, type Latency, latencyOf, runSteadily, together } from './attached-load.ts'
import { Meter } from './attached-meter.ts'
import type { AttachedBenchOptions } from './attached-options.ts'
import {
  type AttachedResults,
  costOf,
  medianCost,
  type Phase,
  type PhaseKind,
  type RequestCost,
} from './attached-results.ts'
import type { MachineFacts } from './machine.ts'
import { runWrk, wrkScript } from './wrk.ts'

/** Starts of processes and their first look at the database are over by then. */
const settleMilliseconds = 2000
/** Boots after a start, so that bootring is measured as it is after hours rather than while its code is being compiled. */
const warmUp = { bootsPerSecond: 200, seconds: 4 }
const warmUpSeconds = 5
const fastConnections = 8
const costBatches = 5

/** Rounds go there and back, so that bootring is started once for two of them. */
const thereAndBack: readonly (readonly PhaseKind[])[] = [
  ['ironic', 'beside', 'boots'],
  ['boots', 'beside', 'ironic'],
]

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runAttachedBench(
  options: AttachedBenchOptions,
  machine: MachineFacts,
  folder: string,
  say: (words: string) => void,
): Promise<AttachedResults> {
  const date = new Date().toISOString()
  say('starting MariaDB')
  const database = await startMeasuredDatabase()
  let meter: Meter | undefined
  let installation: MeasuredInstallation | undefined
  try {
    meter = await Meter.open(database.meterUrl)
    say(`starting Ironic, with ${options.nodes} nodes, ${options.waiting} of them in clean wait`)
    installation = await MeasuredInstallation.start(options, database)
    const run = new Run(options, meter, installation, say)
    await run.measure(folder)
    const mariadb = await meter.version()
    const stillWaiting = await installation.stillWaiting()
    return { date, options, machine, mariadb, processes: installation.bootringProcesses, stillWaiting, ...run.found() }
  } finally {
    await installation?.stop()
    await meter?.close()
    await database.stop()
  }
}

class Run {
  readonly #options: AttachedBenchOptions
  readonly #meter: Meter
  readonly #installation: MeasuredInstallation
  readonly #say: (words: string) => void
  readonly #phases: Phase[] = []
  readonly #answers = new Map<PhaseKind, Answers[]>()
  readonly #costs: RequestCost[] = []
  #attached = false

  constructor(
    options: AttachedBenchOptions,
    meter: Meter,
    installation: MeasuredInstallation,
    say: (words: string) => void,
  ) {
    this.#options = options
    this.#meter = meter
    this.#installation = installation
    this.#say = say
  }

  found(): Pick<AttachedResults, 'phases' | 'costs' | 'pooled'> {
    const pooled: Partial<Record<PhaseKind, Latency>> = {}
    for (const [kind, answers] of this.#answers) pooled[kind] = latencyOf(together(answers))
    return { phases: this.#phases, costs: this.#costs, pooled }
  }

  async measure(folder: string): Promise<void> {
    const { idleSeconds, rounds, secondsPerPhase } = this.#options
    this.#say('warming up')
    await runSteadily(this.#installation.ironicRequests(), warmUpSeconds)
    await this.#phase('rest', 1, idleSeconds)
    await this.#measureCosts()
    for (let round = 1; round <= rounds; round += 1) {
      for (const kind of thereAndBack[(round - 1) % 2] ?? []) await this.#phase(kind, round, secondsPerPhase)
    }
    await this.#fast(folder)
    await this.#attach(false)
    await this.#phase('copies', 1, Math.min(30, idleSeconds))
  }

  /** Requests one after the other, for what each of them costs: the median of some batches, as Ironic's periodic tasks come in between. */
  async #measureCosts(): Promise<void> {
    const { requestsEach } = this.#options
    for (const name of Object.keys(ironicLoad) as IronicRequest[]) {
      this.#say(`taking the cost of: ${name}`)
      const send = this.#installation.ironicRequest(name)
      const batches: RequestCost[] = []
      for (let batch = 0; batch < costBatches; batch += 1) {
        const { difference } = await this.#meter.during(async () => {
          for (let index = 0; index < requestsEach; index += 1) {
            const well = await send(batch * requestsEach + index)
            if (!well) throw new Error(`Ironic refused: ${name}\n${this.#installation.logs()}`)
          }
          // A heartbeat is answered before it is dealt with.
          await sleep(name === 'heartbeat' ? 1000 : 0)
        })
        batches.push(costOf(name, requestsEach, difference.users.ironic))
      }
      this.#costs.push(medianCost(batches))
    }
  }

  async #phase(kind: PhaseKind, round: number, seconds: number): Promise<void> {
    const quiet = kind === 'rest' || kind === 'copies'
    await this.#attach(kind !== 'ironic', { replicate: kind === 'copies', warm: !quiet })
    const steady = quiet ? [] : this.#installation.ironicRequests()
    if (kind !== 'ironic') steady.push(this.#installation.probes())
    if (kind === 'boots') steady.push(this.#installation.boots(this.#options.bootsPerSecond))
    const { difference, result } = await this.#meter.during(() => runSteadily(steady, seconds))
    this.#add(kind, round, difference, result, result.get('boot'))
  }

  /** Machines that boot as fast as they get their scripts, from both APIs, while Ironic has its load. */
  async #fast(folder: string): Promise<void> {
    const { fastSeconds, seed } = this.#options
    await this.#attach(true, { warm: true })
    const [scriptFile, pathsFile] = [join(folder, 'random-paths.lua'), join(folder, 'paths.txt')]
    await writeFile(scriptFile, wrkScript)
    await writeFile(pathsFile, `${this.#installation.bootPaths.join('\n')}\n`)
    const load = (url: string, index: number) =>
      runWrk({ url, scriptFile, pathsFile, connections: fastConnections, seconds: fastSeconds, seed: seed + index })
    const requests = [...this.#installation.ironicRequests(), this.#installation.probes()]
    const { difference, result } = await this.#meter.during(() =>
      Promise.all([runSteadily(requests, fastSeconds), Promise.all(this.#installation.bootringApis.map(load))]),
    )
    const [answers, loads] = result
    const boots: Latency = {
      requests: loads.reduce((sum, one) => sum + one.requests, 0),
      errors: loads.reduce((sum, one) => sum + one.errors, 0),
      p50Milliseconds: Math.max(...loads.map(({ p50Microseconds }) => p50Microseconds)) / 1000,
      p99Milliseconds: Math.max(...loads.map(({ p99Microseconds }) => p99Microseconds)) / 1000,
    }
    this.#add('fast', 1, difference, answers, boots)
  }

  #add(
    kind: PhaseKind,
    round: number,
    difference: Omit<Phase, 'kind' | 'round' | 'latencies' | 'boots'>,
    answers: Map<string, Answers>,
    boots: Answers | Latency | undefined,
  ): void {
    const latencies: Phase['latencies'] = {}
    const ironics = (Object.keys(ironicLoad) as IronicRequest[]).flatMap((name) => {
      const some = answers.get(name)
      if (some !== undefined) latencies[name] = latencyOf(some)
      return some ?? []
    })
    if (ironics.length > 0) {
      const all = together(ironics)
      latencies.all = latencyOf(all)
      this.#answers.set(kind, [...(this.#answers.get(kind) ?? []), all])
    }
    const bootLatency = boots !== undefined && 'milliseconds' in boots ? latencyOf(boots) : boots
    this.#phases.push({ kind, round, ...difference, latencies, boots: bootLatency })
    const { cpuSeconds, seconds, users } = difference
    const rate = (value: number) => (value / seconds).toFixed(1)
    const selects = `${rate(users.ironic.selects)} and ${rate(users.bootring.selects)} SELECT/s`
    const cpu = `MariaDB ${((cpuSeconds.database / seconds) * 100).toFixed(1)} % of a core`
    const p50 = latencies.all === undefined ? '' : `, p50 ${latencies.all.p50Milliseconds.toFixed(1)} ms`
    this.#say(`${kind}, round ${round}: ${selects}, ${cpu}${p50}`)
  }

  async #attach(wanted: boolean, { replicate = false, warm = false } = {}): Promise<void> {
    if (wanted === this.#attached) return
    this.#attached = wanted
    if (!wanted) await this.#installation.detach()
    else {
      await this.#installation.attach(replicate)
      if (warm) await runSteadily([this.#installation.boots(warmUp.bootsPerSecond)], warmUp.seconds)
    }
    await sleep(settleMilliseconds)
  }
}
