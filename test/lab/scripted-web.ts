import { fileURLToPath } from 'node:url'
import type { ScriptedAnswer, ScriptedRequest } from '../support/scripted-server.ts'
import type { Host } from './host.ts'
import type { LabProcess } from './lab-process.ts'

const program = fileURLToPath(new URL('inside/scripted-server.ts', import.meta.url))

/** A scripted HTTP server on a host of the laboratory. */
export class ScriptedWeb {
  /** e.g. `http://10.77.0.1:6385`. */
  readonly url: string
  readonly #process: LabProcess
  #scripts = 0
  #begin = 0

  private constructor(url: string, started: LabProcess) {
    this.url = url
    this.#process = started
  }

  static async start(host: Host, port: number): Promise<ScriptedWeb> {
    const started = host.spawn([process.execPath, program, host.ip, String(port)])
    await started.untilOutput('"listening"', 20)
    return new ScriptedWeb(`http://${host.urlHost}:${port}`, started)
  }

  /** Says what to answer from now on, and forgets the requests so far. */
  async script(answers: Record<string, ScriptedAnswer[]>): Promise<void> {
    this.#scripts += 1
    this.#process.write(`${JSON.stringify(answers)}\n`)
    await this.#process.until(
      'taking its answers',
      (output) => output.split('"ready"').length > this.#scripts || undefined,
      10,
    )
    this.#begin = this.#process.output.lastIndexOf('"ready"')
  }

  /** Since the last `script`. */
  get requests(): ScriptedRequest[] {
    return this.#process.output
      .slice(this.#begin)
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as ScriptedRequest)
  }
}
