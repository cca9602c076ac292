import type { LabProcess } from '../lab-process.ts'
import type { IronicHost } from './ironic-host.ts'
import { processTree } from './process-tree.ts'

/** Ironic's API or one of its conductors: a program that can be started again and again. Its output is kept. */
export class IronicService {
  readonly #host: IronicHost
  readonly #argv: readonly string[]
  readonly #runs: LabProcess[] = []

  /** The last argument of `argv`, such as a configuration file, occurs in no other process of that program: it is found by it. */
  constructor(host: IronicHost, argv: readonly string[]) {
    this.#host = host
    this.#argv = argv
  }

  get running(): boolean {
    return this.#runs.at(-1)?.running ?? false
  }

  /** The output of all its runs. */
  get log(): string {
    return this.#runs.map((run) => run.output).join('')
  }

  start(): void {
    if (this.running) throw new Error(`${this.#argv.join(' ')} runs already`)
    this.#runs.push(this.#host.spawn(this.#argv))
  }

  /** SIGTERM; what has not ended after `graceSeconds` is killed. */
  async stop(graceSeconds = 15): Promise<void> {
    const run = this.#runs.at(-1)
    if (!run?.running) return
    const tree = this.#tree()
    await run.signal('SIGTERM')
    const timer = setTimeout(() => killAll(tree), graceSeconds * 1000)
    await run.exited
    clearTimeout(timer)
    killAll(tree)
  }

  /** SIGKILL for the process and all its children, as if the machine had gone. */
  async kill(): Promise<void> {
    const run = this.#runs.at(-1)
    if (!run?.running) return
    killAll(this.#tree())
    await run.exited
  }

  #tree(): number[] {
    const [program = ''] = this.#argv
    // bootring beside it has the same files.
    return processTree(program, this.#argv.at(-1) ?? '')
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
}
