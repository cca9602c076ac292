import { readFile, stat } from 'node:fs/promises'
import { templateTail } from './template-tail.ts'

const maxTemplateBytes = 1024 * 1024

/** What is known of one of the operator's templates. */
export interface KnownTemplate {
  /** See `templateTail`; undefined where the template can't be read here, too. */
  readonly tail: string | undefined
  /** Milliseconds since the epoch: older boot files may come from an older template. */
  readonly changedAt: number
}

/** One of the operator's templates on this host, if it is there, read anew when it has changed. */
export class TemplateFile {
  readonly #path: string
  #version = ''
  #known: KnownTemplate = { tail: undefined, changedAt: 0 }

  constructor(path: string) {
    this.#path = path
  }

  /** Never rejects. */
  async look(): Promise<KnownTemplate> {
    try {
      const { ino, isFile, mtimeMs, size } = await statOf(this.#path)
      const version = `${ino} ${size} ${mtimeMs}`
      if (version === this.#version) return this.#known
      const tail = isFile && size <= maxTemplateBytes ? templateTail(await readFile(this.#path, 'utf8')) : undefined
      this.#known = { tail, changedAt: mtimeMs }
      this.#version = version
    } catch {
      this.#known = { tail: undefined, changedAt: 0 }
      this.#version = ''
    }
    return this.#known
  }
}

async function statOf(path: string) {
  const stats = await stat(path)
  return { ino: stats.ino, isFile: stats.isFile(), mtimeMs: stats.mtimeMs, size: stats.size }
}
