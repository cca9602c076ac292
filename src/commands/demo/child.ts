import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

/** A bootring process that the demonstration started, with its output in a file of its own. */
export class Child {
  readonly name: string
  readonly logFile: string
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #output: Buffer[] = []

  /** Runs this very bootring with other arguments. */
  constructor(name: string, args: string[], logFile: string) {
    this.name = name
    this.logFile = logFile
    this.#process = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = createWriteStream(logFile)
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.pipe(log, { end: false })
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk))
    }
    this.#ended = once(this.#process, 'close').then(() => log.end())
  }

  /** All that it has printed so far, on both streams. */
  output(): string {
    return Buffer.concat(this.#output).toString()
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Resolves with the exit code; null after a signal. */
  async exit(): Promise<number | null> {
    await this.#ended
    return this.#process.exitCode
  }

  /** Sends the signal, and waits until the process is gone; one that does not heed it is killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.running) this.#process.kill(signal)
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    await this.#ended
    clearTimeout(impatience)
  }
}
