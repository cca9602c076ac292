import { Writable } from 'node:stream'

/** Keeps the JSON lines that are written to it. */
export class LineSink extends Writable {
  readonly lines: Record<string, unknown>[] = []
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    for (const line of String(chunk).split('\n')) {
      if (line.startsWith('{')) this.lines.push(JSON.parse(line))
    }
    done()
  }
}
