import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A private database server that a test started. */
export interface DatabaseServer {
  /** SQLAlchemy's URL of a database; `host` is `127.0.0.1` unless said, and may be `[::1]`. */
  url(database: string, host?: string): string
  /** Creates an empty database. */
  createDatabase(name: string): Promise<void>
  /** Runs statements in a database, as the administrator. */
  administer(database: string, ...statements: string[]): Promise<void>
  /** From now on the server writes down every statement that it is sent. */
  recordStatements(): Promise<StatementRecord>
  /** Stops the server and starts it again on the same port, with the same data. */
  restart(): Promise<void>
  /** Stops it; `start` brings it back. */
  pause(): Promise<void>
  start(): Promise<void>
  /** Stops it for good and removes its data. */
  stop(): Promise<void>
}

/** What a server has written down; both from `recordStatements` on. */
export interface StatementRecord {
  /** What one user has done so far. */
  of(user: string): Promise<UserRecord>
}

export interface UserRecord {
  /** Sessions begun. */
  connections: number
  /** The text of every statement, in order; what is not a plain statement has the server's word for it before it. */
  statements: string[]
}

/** A process that is ended by its pid, and dies with this one however that ends. */
export class ServerProcess {
  readonly #child: ChildProcess
  #log = ''

  /** `user`: who runs it, where this process is root; the deadly signal is that of its quickest end. */
  constructor(
    command: string,
    args: string[],
    options: { user: string; deathSignal: string; onOutput?: (text: string) => void },
  ) {
    const prefix = ['--pdeathsig', options.deathSignal]
    if (process.getuid?.() === 0) prefix.push('--reuid', options.user, '--regid', options.user, '--clear-groups')
    this.#child = spawn('setpriv', [...prefix, command, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' })
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-8000)
      options.onOutput?.(chunk.toString())
    }
    this.#child.stdout?.on('data', keep)
    this.#child.stderr?.on('data', keep)
  }

  /** Waits until `probe` no longer throws. */
  async ready(probe: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + 60_000
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`the server ended:\n${this.#log}`)
      try {
        return await probe()
      } catch (error) {
        if (performance.now() > deadline) throw new Error(`the server is not ready: ${String(error)}\n${this.#log}`)
        await sleep(50)
      }
    }
  }

  /** Waits for its end, successful or not. */
  async ended(): Promise<{ code: number | null; log: string }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    return { code: this.#child.exitCode, log: this.#log }
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill(signal)
    await this.ended()
  }
}

/** Runs a command to its end as that user; throws with its output when it fails. */
export async function runAs(user: string, command: string, args: string[]): Promise<void> {
  const { code, log } = await new ServerProcess(command, args, { user, deathSignal: 'KILL' }).ended()
  if (code !== 0) throw new Error(`${command} failed:\n${log}`)
}
