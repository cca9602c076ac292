import { connect } from 'node:net'
import type { JsonObject } from '../../model/node.ts'

/** A configuration with a reservation for each of 100,000 NICs has some 50 MB. */
const maxAnswerBytes = 256 * 1024 * 1024
/** Kea reads a large configuration for seconds, and answers nothing meanwhile. */
const timeoutMilliseconds = 60_000

/** The control socket of a running Kea server: one command a connection, JSON both ways. */
export class KeaControl {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** The answer's arguments. Throws Error where Kea is away, or refuses. */
  async command(name: string, args?: JsonObject): Promise<JsonObject> {
    const text = await this.#exchange(JSON.stringify({ command: name, ...(args ? { arguments: args } : {}) }))
    const answer: unknown = JSON.parse(text)
    if (typeof answer !== 'object' || answer === null || !('result' in answer))
      throw new Error(`${name}: Kea answers ${text.slice(0, 200)}`)
    if (answer.result !== 0)
      throw new Error(`${name}: Kea refuses: ${'text' in answer ? String(answer.text) : answer.result}`)
    return 'arguments' in answer && isObject(answer.arguments) ? answer.arguments : {}
  }

  #exchange(question: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let length = 0
      const socket = connect(this.#path, () => socket.write(question))
      // Kea closes the connection after its answer.
      socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if (length > maxAnswerBytes) socket.destroy(new Error(`Kea's answer is longer than ${maxAnswerBytes} bytes`))
      })
      socket.on('error', reject)
      socket.setTimeout(timeoutMilliseconds, () => socket.destroy(new Error('Kea does not answer')))
    })
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
