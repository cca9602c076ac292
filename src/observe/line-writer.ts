import { write, writeSync } from 'node:fs'

/** Lines that wait for a slow reader, in characters; what comes while there are more is lost. */
const maxWaiting = 4 * 1024 * 1024
const retryMilliseconds = 50
/** How long an ending process waits for its reader. */
const lastWordsMilliseconds = 1_000

/**
 * Writes lines to a descriptor without waiting for it. A log that can't be written (disk full, reader gone or asleep)
 * costs lines, never a machine its boot: nothing here throws, emits errors, or blocks for long.
 */
export class LineWriter {
  readonly #descriptor: number
  /** Comes first; a part of it may have been written. */
  #current: Buffer | undefined
  #writing = false
  #waiting: string[] = []
  #waitingCharacters = 0

  /** Writes what is left when the process exits: it listens for that only while something is, as a process may make many of these. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  write(line: string): void {
    if (this.#waitingCharacters + line.length > maxWaiting) return
    this.#waiting.push(line)
    this.#waitingCharacters += line.length
    if (this.#current !== undefined) return
    process.on('exit', this.#flush)
    this.#next()
  }

  #take(): Buffer | undefined {
    if (this.#waiting.length === 0) return undefined
    const text = this.#waiting.join('')
    this.#waiting = []
    this.#waitingCharacters = 0
    return Buffer.from(text)
  }

  #next(): void {
    this.#current ??= this.#take()
    const chunk = this.#current
    if (chunk === undefined) {
      process.off('exit', this.#flush)
      return
    }
    this.#writing = true
    write(this.#descriptor, chunk, (error, written) => {
      this.#writing = false
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#next(), retryMilliseconds).unref()
        return
      }
      this.#current = error === null && written < chunk.length ? chunk.subarray(written) : undefined
      this.#next()
    })
  }

  readonly #flush = (): void => {
    const deadline = performance.now() + lastWordsMilliseconds
    // What is being written has left already.
    const first = this.#writing ? undefined : this.#current
    let rest = Buffer.concat([first, this.#take()].filter((chunk) => chunk !== undefined))
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.#descriptor, rest))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code !== 'EAGAIN' || performance.now() >= deadline) return
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMilliseconds)
      }
    }
  }
}
