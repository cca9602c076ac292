import { fileURLToPath } from 'node:url'
import type { HttpAnswer, HttpQuestion } from '../host.ts'
import { LabProcess } from '../lab-process.ts'
import type { IronicHost } from './ironic-host.ts'

const httpClient = fileURLToPath(new URL('../inside/http-client.ts', import.meta.url))

// The process that forks dies with the test, and takes the program along.
const forked = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--fork', '--kill-child']

/** A host that is but an address on loopback: it needs no root unless names have to be resolved. */
export class LoopbackHost implements IronicHost {
  readonly name: string
  readonly ip: string
  readonly #hostsFile: string | undefined

  /** `hostsFile` takes the place of /etc/hosts for the programs of this host, and for them alone; that takes root. */
  constructor(name: string, ip: string, hostsFile?: string) {
    this.name = name
    this.ip = ip
    this.#hostsFile = hostsFile
  }

  spawn(argv: readonly string[], env?: Record<string, string>): LabProcess {
    return new LabProcess(`${argv[0]} on ${this.name}`, this.#enter(), argv, env)
  }

  async run(argv: readonly string[], env?: Record<string, string>): Promise<string> {
    const started = this.spawn(argv, env)
    const code = await started.exited
    if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${started.output}`)
    return started.output
  }

  async http(question: HttpQuestion): Promise<HttpAnswer> {
    return JSON.parse(await this.run([process.execPath, httpClient, JSON.stringify(question)])) as HttpAnswer
  }

  #enter(): string[] {
    if (this.#hostsFile === undefined) return [...forked, '--']
    const script = 'mount --bind "$0" /etc/hosts && exec "$@"'
    return [...forked, '--mount', '--', 'sh', '-c', script, this.#hostsFile]
  }
}
