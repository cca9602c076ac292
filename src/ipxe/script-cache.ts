import { readFileSync, statSync } from 'node:fs'

interface Entry {
  ino: bigint
  size: bigint
  mtimeNs: bigint
  ctimeNs: bigint
  text: string
}

/**
 * Small files in memory, each checked against the disk whenever it is read.
 *
 * A conductor reads tens of thousands of scripts a second. One synchronous stat of a path that the kernel has at hand
 * takes about two microseconds; the same through libuv's thread pool takes ten times that, and waits behind whatever
 * image is being copied there. And with the check, a file that someone else changed is never served from memory.
 */
export class ScriptCache {
  readonly #maxBytes: number
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Of text held now. */
  get bytes(): number {
    return this.#bytes
  }

  /** The file's text; undefined where there is none. Throws the file system's error for anything else. */
  read(path: string): string | undefined {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    const known = this.#entries.get(path)
    if (!stat) {
      this.#drop(path, known)
      return undefined
    }
    if (
      known &&
      known.ino === stat.ino &&
      known.mtimeNs === stat.mtimeNs &&
      known.ctimeNs === stat.ctimeNs &&
      known.size === stat.size
    ) {
      // To the end of the map, whose beginning is what was used longest ago.
      this.#entries.delete(path)
      this.#entries.set(path, known)
      return known.text
    }
    this.#drop(path, known)
    // When the file is replaced between stat and read, the stale stat makes the next reader read again.
    const text = readFileSync(path, 'utf8')
    const { ino, size, mtimeNs, ctimeNs } = stat
    this.#entries.set(path, { ino, size, mtimeNs, ctimeNs, text })
    this.#bytes += text.length
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break
      this.#drop(oldest, entry)
    }
    return text
  }

  #drop(path: string, entry: Entry | undefined): void {
    if (entry && this.#entries.delete(path)) this.#bytes -= entry.text.length
  }
}
