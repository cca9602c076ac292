import type { LabProcess } from '../lab-process.ts'

interface Answer {
  id: number
  result?: unknown
  error?: string
}

/** A program that takes commands, one JSON line each, and answers with one JSON line each, in any order. */
export class LineClient {
  readonly #process: LabProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #count = 0
  #read = 0

  constructor(process: LabProcess) {
    this.#process = process
    process.onChange(() => this.#take())
  }

  /** Throws what the program says is wrong. */
  async call(command: string, parameters: Record<string, unknown>): Promise<unknown> {
    this.#count += 1
    const id = this.#count
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#process.write(`${JSON.stringify({ id, do: command, with: parameters })}\n`)
      if (!this.#process.running) this.#take()
    })
    if (answer.error !== undefined) throw new Error(`${command}: ${answer.error}`)
    return answer.result
  }

  async close(): Promise<void> {
    await this.#process.kill()
  }

  #take(): void {
    const { output } = this.#process
    for (;;) {
      const end = output.indexOf('\n', this.#read)
      if (end < 0) break
      const line = output.slice(this.#read, end)
      this.#read = end + 1
      if (!line.startsWith('{"id"')) continue
      const answer = JSON.parse(line) as Answer
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    }
    if (this.#process.running) return
    for (const [id, settle] of this.#waiting) settle({ id, error: `its client ended:\n${output.slice(-3000)}` })
    this.#waiting.clear()
  }
}
