import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import type { Validators } from './image-source.ts'
import { temporaryPrefix, unlessMissing, writeFileAtomically } from './write-file-atomically.ts'

/** What a URL held when it was fetched. */
export interface KnownImage {
  sha256: string
  validators: Validators
}

const fileName = 'index.json'
const isIndex = new Ajv().compile<Record<string, KnownImage>>({
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      validators: {
        type: 'object',
        properties: { fileVersion: { type: 'string' }, etag: { type: 'string' }, lastModified: { type: 'string' } },
      },
    },
    required: ['sha256', 'validators'],
  },
})

/** Which URL's content lies in which file; kept on disk, so that a restart does not fetch a fleet's images again. */
export class ImageIndex {
  readonly #folder: string
  readonly #known = new Map<string, KnownImage>()
  #opened: Promise<void> | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Makes the folder, removes what a kill left half done, and reads the index; an unreadable one only costs fetching again. */
  open(): Promise<void> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  get(url: string): KnownImage | undefined {
    return this.#known.get(url)
  }

  async set(url: string, image: KnownImage): Promise<void> {
    this.#known.set(url, image)
    await this.#save()
  }

  /** Forgets all URLs whose content has gone. */
  async forget(gone: ReadonlySet<string>): Promise<void> {
    if (gone.size === 0) return
    for (const [url, { sha256 }] of this.#known) if (gone.has(sha256)) this.#known.delete(url)
    await this.#save()
  }

  async #open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o755 })
    for (const name of await readdir(this.#folder))
      if (name.startsWith(temporaryPrefix)) await rm(join(this.#folder, name), { force: true })
    const text = await unlessMissing(readFile(join(this.#folder, fileName), 'utf8'))
    const known = text === undefined ? {} : parsed(text)
    if (isIndex(known)) for (const [url, image] of Object.entries(known)) this.#known.set(url, image)
  }

  /** One after the other: what is saved last is the newest. */
  async #save(): Promise<void> {
    const saving = this.#saving.then(() =>
      writeFileAtomically(join(this.#folder, fileName), JSON.stringify(Object.fromEntries(this.#known), undefined, 1)),
    )
    this.#saving = saving.catch(() => undefined)
    await saving
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
