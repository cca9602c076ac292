import { setTimeout as sleep } from 'node:timers/promises'
import { faultOf, type WaitingMachine } from './attached-answers.ts'
import type { AttachedBootring } from './attached-bootring.ts'

/** What happened while all machines asked again and again, through every API. */
export interface WatchReport {
  answers: number
  /** Sentences on answers that were none of those that a machine may get. */
  faults: string[]
  slowestMilliseconds: number
}

// With less, the watch itself is most of the load.
const pauseMilliseconds = 250

/** Asks for every machine's file through every API, again and again, until it is told to stop. */
export class AttachedWatch {
  readonly #bootring: AttachedBootring
  readonly #report: WatchReport = { answers: 0, faults: [], slowestMilliseconds: 0 }
  readonly #done: Promise<unknown>
  #stopped = false

  /** `allowed`: the answers that a machine may get; asked anew each time. */
  constructor(
    bootring: AttachedBootring,
    machines: readonly WaitingMachine[],
    allowed: (machine: WaitingMachine) => readonly Buffer[],
  ) {
    this.#bootring = bootring
    this.#done = Promise.all(bootring.apis.map((_, api) => this.#askAll(api, machines, allowed)))
  }

  async stop(): Promise<WatchReport> {
    this.#stopped = true
    await this.#done
    return this.#report
  }

  async #askAll(
    api: number,
    machines: readonly WaitingMachine[],
    allowed: (machine: WaitingMachine) => readonly Buffer[],
  ): Promise<void> {
    while (!this.#stopped) {
      for (const machine of machines) {
        const before = performance.now()
        const faults = await this.#bootring.ask(api, machine.mac, machine.file).then(
          (answer) => allowed(machine).map((expected) => faultOf(answer, expected)),
          (error: Error) => [error.message],
        )
        this.#report.answers += 1
        this.#report.slowestMilliseconds = Math.max(this.#report.slowestMilliseconds, performance.now() - before)
        if (faults.every((fault) => fault !== undefined)) {
          this.#report.faults.push(`${new Date().toISOString()} ${machine.mac} through API ${api}: ${faults[0]}`)
        }
      }
      await sleep(pauseMilliseconds)
    }
  }
}
