import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('notify-listener.py', import.meta.url))

/** A service manager's notification socket, at `path`; Node can't make one, so a Python program does. */
export class NotifyListener implements AsyncDisposable {
  readonly path: string
  /** Variables received so far, such as `READY=1`, in their order. */
  readonly variables: string[] = []
  readonly #process: ChildProcess
  #listening = false

  private constructor(path: string) {
    this.path = path
    this.#process = spawn('python3', [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (!this.#process.stdout) throw new Error('the listener has no output')
    createInterface(this.#process.stdout).on('line', (line) => {
      const message = JSON.parse(line) as string
      if (this.#listening) this.variables.push(...message.split('\n').filter((variable) => variable !== ''))
      else this.#listening = true
    })
  }

  static async start(path: string): Promise<NotifyListener> {
    const listener = new NotifyListener(path)
    while (!listener.#listening) {
      if (listener.#process.exitCode !== null) throw new Error(`no notification socket at ${path}`)
      await pause(20)
    }
    return listener
  }

  /** Resolves once `variable` was received; throws when that takes a minute, or when `ended` says that it never will. */
  async received(variable: string, ended: () => string | undefined = () => undefined): Promise<void> {
    for (let tries = 0; tries < 1200; tries++) {
      if (this.variables.includes(variable)) return
      const why = ended()
      if (why !== undefined) throw new Error(`no ${variable}: ${why}`)
      await pause(50)
    }
    throw new Error(`no ${variable} within a minute; received: ${this.variables.join(' ')}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}
