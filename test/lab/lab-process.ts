import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A running program of the lab. It was started through nsenter, which waits outside for the program inside: signals go
 * to the program itself. All its output is kept.
 */
export class LabProcess {
  readonly name: string
  /** Exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #listeners = new Set<() => void>()
  #output = ''
  #ended = false

  /** Starts `argv` behind `enter`, the nsenter command line of the namespaces it shall live in. */
  constructor(name: string, enter: readonly string[], argv: readonly string[], env: Record<string, string> = {}) {
    this.name = name
    const [command = 'false', ...args] = [...enter, ...argv]
    const path = `${process.env.PATH}:/usr/sbin:/sbin`
    this.#child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, PATH: path, ...env } })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        this.#output += text
        this.#notify()
      })
    }
    // A program that ended no longer reads what is written to it.
    this.#child.stdin.on('error', () => {})
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#output += `${error.message}\n`
        this.#end(resolve, null)
      })
      this.#child.once('close', (code) => this.#end(resolve, code))
    })
  }

  /** Standard output and standard error so far. */
  get output(): string {
    return this.#output
  }

  get running(): boolean {
    return !this.#ended
  }

  /** Writes to the program's standard input. */
  write(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Calls back whenever there is more output, and at the end. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Waits until `find` answers something other than undefined; fails with the output when the program ends before, or in time. */
  async until<T>(what: string, find: (output: string) => T | undefined, seconds: number): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#listeners.delete(look)
        clearTimeout(timer)
        settle()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`${this.name}: ${why} ${what}. Its output:\n${this.#output.slice(-6000)}`)))
      const timer = setTimeout(() => fail(`${seconds} s went by without`), seconds * 1000)
      const look = () => {
        const found = find(this.#output)
        if (found !== undefined) finish(() => resolve(found))
        else if (this.#ended) fail('ended without')
      }
      this.#listeners.add(look)
      look()
    })
  }

  /** Waits for a text, or a pattern, in the output. */
  async untilOutput(pattern: string | RegExp, seconds: number): Promise<void> {
    const found = (output: string) => (typeof pattern === 'string' ? output.includes(pattern) : pattern.test(output))
    await this.until(String(pattern), (output) => found(output) || undefined, seconds)
  }

  /** Sends a signal to the program inside. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const outer = this.#child.pid
    while (this.running && outer !== undefined) {
      const inner = Number(childrenOf(outer)[0])
      if (inner > 0) {
        process.kill(inner, signal)
        // nsenter stops itself with what it waits for, and does not go on with it.
        if (signal === 'SIGCONT') process.kill(outer, signal)
        return
      }
      // nsenter has not started it yet.
      await sleep(5)
    }
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL')
    await this.exited
  }

  /** SIGTERM, SIGKILL to what has not ended after `graceSeconds`, and waits for the end; the exit code. */
  async stop(graceSeconds = 5): Promise<number | null> {
    await this.signal('SIGTERM')
    const timer = setTimeout(() => void this.signal('SIGKILL'), graceSeconds * 1000)
    const code = await this.exited
    clearTimeout(timer)
    return code
  }

  #end(resolve: (code: number | null) => void, code: number | null): void {
    this.#ended = true
    resolve(code)
    this.#notify()
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

function childrenOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  } catch {
    return []
  }
}
