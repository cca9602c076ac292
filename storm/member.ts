import { setTimeout as sleep } from 'node:timers/promises'
import type { Host } from '../test/lab/host.ts'
import type { LabProcess } from '../test/lab/lab-process.ts'

export interface MemberFacts {
  /** As registered, where it is a conductor. */
  readonly name: string
  readonly command: 'api' | 'conductor'
  readonly host: Host
  readonly statePath: string
  configFiles: string[]
}

/** A process of bootring on a host of its own, and what can be done to it. */
export class Member {
  readonly name: string
  readonly command: 'api' | 'conductor'
  readonly host: Host
  readonly statePath: string
  readonly adminUrl: string
  configFiles: string[]
  #process: LabProcess | undefined
  readonly #start: (member: Member) => Promise<LabProcess>

  private constructor(facts: MemberFacts, start: (member: Member) => Promise<LabProcess>) {
    this.name = facts.name
    this.command = facts.command
    this.host = facts.host
    this.statePath = facts.statePath
    this.configFiles = facts.configFiles
    this.adminUrl = `http://${facts.host.urlHost}:${facts.command === 'api' ? 9385 : 9386}`
    this.#start = start
  }

  static async start(facts: MemberFacts, start: (member: Member) => Promise<LabProcess>): Promise<Member> {
    const member = new Member(facts, start)
    await member.start()
    return member
  }

  /** Starts it, or starts it again; returns when it says that it is ready. */
  async start(): Promise<void> {
    this.#process = await this.#start(this)
  }

  get process(): LabProcess {
    if (this.#process === undefined) throw new Error(`${this.name} was never started`)
    return this.#process
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.process.kill()
  }

  /** SIGTERM, as a service manager sends it; the exit code. */
  async stop(): Promise<number | null> {
    return await this.process.stop(90)
  }

  async pause(): Promise<void> {
    await this.process.signal('SIGSTOP')
  }

  async resume(): Promise<void> {
    await this.process.signal('SIGCONT')
  }

  /** The host's network drops every packet, in both directions, and says nothing. */
  async cutOff(): Promise<void> {
    for (const [chain, side] of [
      ['INPUT', '-i'],
      ['OUTPUT', '-o'],
    ] as const) {
      await this.host.run(['iptables', '-w', '-I', chain, side, 'eth0', '-j', 'DROP'])
    }
  }

  async reconnect(): Promise<void> {
    await this.host.run(['iptables', '-w', '-F'])
  }

  /** Leaves no byte free on its disk. */
  async fillDisk(): Promise<void> {
    await this.host.run(['sh', '-c', `cat /dev/zero >"$1/filler" 2>/dev/null; true`, 'sh', this.statePath])
  }

  async freeDisk(): Promise<void> {
    await this.host.run(['rm', '-f', `${this.statePath}/filler`])
  }

  /** Waits until the boot files of so many nodes are on its disk. */
  async untilHolds(nodes: number, seconds: number): Promise<void> {
    const count = 'find "$1/httpboot" -mindepth 2 -maxdepth 2 -name config | wc -l'
    for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; await sleep(1000)) {
      if (Number(await this.host.run(['sh', '-c', count, 'sh', this.statePath])) === nodes) return
    }
    throw new Error(
      `${this.name} does not hold ${nodes} nodes after ${seconds} s:\n${this.process.output.slice(-4000)}`,
    )
  }
}
