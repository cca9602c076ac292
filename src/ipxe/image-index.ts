import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Validators } from './image-source.ts'
import { temporaryPrefix, unlessMissing, writeFileAtomically } from './write-file-atomically.ts'

/** What a URL held when it was fetched. */
export interface KnownImage {
  sha256: string
  validators: Validators
}

const fileName = 'index.json'
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
    for (const [url, image] of Object.entries(text === undefined ? {} : parsed(text))) {
      if (isKnownImage(image)) this.#known.set(url, image)
    }
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

/** The entries of an index; none where it is damaged. */
function parsed(text: string): object {
  try {
    const index: unknown = JSON.parse(text)
    return typeof index === 'object' && index !== null ? index : {}
  } catch {
    return {}
  }
}

function isKnownImage(value: unknown): value is KnownImage {
  if (typeof value !== 'object' || value === null) return false
  const { sha256, validators } = value as Partial<Record<keyof KnownImage, unknown>>
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) && isValidators(validators)
}

function isValidators(value: unknown): value is Validators {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
