import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const setpriv = '/usr/bin/setpriv'
const keptCharacters = 64 * 1024

/** A server that the benchmark started: ended by its pid, and by the kernel should the benchmark itself be killed. */
export class Child {
  readonly name: string
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''
  /** The output is looked through as it comes, so that what was said long ago is still known. */
  readonly #said = new Set<string>()
  readonly #listenedFor: readonly string[]

  /** `listenFor`: words whose appearance in the output `untilSaid` can wait for. */
  constructor(
    name: string,
    command: string,
    args: readonly string[],
    { env = {}, listenFor = [] }: { env?: Record<string, string>; listenFor?: readonly string[] } = {},
  ) {
    this.name = name
    this.#listenedFor = listenFor
    const [program, ...all] = existsSync(setpriv)
      ? [setpriv, '--pdeathsig', 'KILL', '--', command, ...args]
      : [command, ...args]
    this.#process = spawn(program as string, all, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#heard(chunk.toString()))
    }
    this.#ended = once(this.#process, 'close')
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} did not start`)
    return this.#process.pid
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  get exitCode(): number | null {
    return this.#process.exitCode
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output
  }

  /** Polls until `probe` gives something. Rejects when the process ends or the time is over. */
  async until<T>(probe: () => Promise<T | undefined>, timeoutSeconds: number, everyMilliseconds = 20): Promise<T> {
    const deadline = performance.now() + timeoutSeconds * 1000
    for (;;) {
      if (!this.running) throw new Error(`${this.name} ended:\n${this.#output}`)
      const found = await probe()
      if (found !== undefined) return found
      if (performance.now() > deadline) {
        throw new Error(`${this.name} is not ready after ${timeoutSeconds} s:\n${this.#output}`)
      }
      await sleep(everyMilliseconds)
    }
  }

  /** Whether it printed these words within the time. They must have been named to the constructor. */
  async untilSaid(words: string, timeoutSeconds: number): Promise<boolean> {
    const deadline = performance.now() + timeoutSeconds * 1000
    while (!this.#said.has(words)) {
      if (!this.running) throw new Error(`${this.name} ended:\n${this.#output}`)
      if (performance.now() > deadline) return false
      await sleep(50)
    }
    return true
  }

  /** Asks it to end, and makes it after ten seconds. */
  async end(): Promise<void> {
    if (this.running) this.#process.kill('SIGTERM')
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 10_000)
    await this.#ended
    clearTimeout(impatience)
  }

  #heard(text: string): void {
    const before = this.#output.length
    const all = this.#output + text
    // From a little earlier, for words that came in two pieces.
    const fresh = all.slice(Math.max(0, before - 100))
    for (const words of this.#listenedFor) if (fresh.includes(words)) this.#said.add(words)
    this.#output = all.slice(-keptCharacters)
  }
}

/** Runs a program to its end; rejects with its output when it fails or takes too long. */
export async function runToEnd(command: string, args: readonly string[], timeoutSeconds: number): Promise<string> {
  const child = new Child(command, command, args)
  const deadline = performance.now() + timeoutSeconds * 1000
  while (child.running) {
    if (performance.now() > deadline) {
      await child.end()
      throw new Error(`${command} took longer than ${timeoutSeconds} s:\n${child.output}`)
    }
    await sleep(20)
  }
  const failed = child.exitCode !== 0
  await child.end()
  if (failed) throw new Error(`${command} failed:\n${child.output}`)
  return child.output
}
