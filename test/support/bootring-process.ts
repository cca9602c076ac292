import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** That of this checkout. */
export const bootringLauncher = fileURLToPath(new URL('../../bin/bootring', import.meta.url))

/** How a command ended, and what it printed. */
export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** `bin/bootring`, running as a process of its own. */
export class BootringProcess {
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>
  #stdout = ''
  #stderr = ''

  /** `launcher`: that of another release. */
  constructor(args: string[], env: Record<string, string> = {}, launcher = bootringLauncher) {
    this.#process = spawn(launcher, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#closed = once(this.#process, 'close')
  }

  get output(): string {
    return this.#stdout + this.#stderr
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Process ids of its workers, the oldest first. */
  children(): number[] {
    return childrenOf(Number(this.#process.pid))
  }

  async finished(): Promise<Finished> {
    await this.#closed
    return { code: this.#process.exitCode, stdout: this.#stdout, stderr: this.#stderr }
  }

  /** A signal that it outlives. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async end(signal: NodeJS.Signals): Promise<Finished> {
    if (this.running) this.#process.kill(signal)
    return await this.finished()
  }

  /** Waits until /readyz at this port of 127.0.0.1 says yes; throws with the output when the process ends before. */
  async ready(adminPort: number): Promise<void> {
    for (let tries = 0; tries < 1200; tries++) {
      if (!this.running) throw new Error(`ended before it was ready:\n${this.output}`)
      const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined)
      if (response?.ok) return
      await pause(50)
    }
    throw new Error(`not ready after a minute:\n${this.output}`)
  }
}

/** Process ids of a process's children, the oldest first. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** Runs a command to its end. */
export function bootring(
  args: string[],
  env: Record<string, string> = {},
  launcher = bootringLauncher,
): Promise<Finished> {
  return new BootringProcess(args, env, launcher).finished()
}
