import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { checkUuid, isCanonicalUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import { type BootFileName, type BootFileRoot, bootFileNameOf } from './boot-file-kind.ts'
import { type FileVersion, readStill, type StillFile, sameVersion } from './file-version.ts'
import { InTurn } from './in-turn.ts'
import { openInside } from './open-inside.ts'
import { type KnownTemplate, TemplateFile } from './template-file.ts'
import { quietTimeNeeded } from './whole-file.ts'

export interface IronicFilesOptions {
  /** `[deploy]http_root`. */
  httpRoot: string
  /** `[pxe]tftp_root`. */
  tftpRoot: string
  /** The operator's templates where Ironic uses such instead of its own, by the boot files that are made from them. */
  templates?: { readonly [N in BootFileName]?: readonly string[] }
}

/** A boot file as it was read, whole. */
export interface FoundFile {
  /** What it is, by its text. */
  readonly name: BootFileName
  readonly text: string
  /** Of the text's bytes, hexadecimal. */
  readonly sha256: string
}

/** What one look at a file found: `changing` while somebody writes it. */
type Look = StillFile | 'absent' | 'changing'

interface Judgement {
  readonly found?: FoundFile
  /** Milliseconds for which the file has been as it is. */
  readonly quietFor: number
  /** Milliseconds after which it is whole if nobody writes until then; absent where something is missing. */
  readonly quietIn?: number
  readonly problem: string
}

/** Scripts are a few KiB. */
const maxBytes = 1024 * 1024
/** Of the four threads that Node has for files and names: a disk that hangs must not take the last one. */
const looksAtOnce = 3
/** How soon a file is looked at again that is not whole; the pauses grow. */
const firstPause = 20
const longestPause = 100
/** A writer that has stopped for so long will not go on: machines need not be kept waiting for it. */
const givenUpAfter = 5_000

/**
 * The boot files that Ironic's conductor on this host has written. They are only read, and nothing is ever waited for but
 * the end of a write.
 */
export class IronicFiles {
  readonly #roots: Readonly<Record<BootFileRoot, string>>
  readonly #templates: ReadonlyMap<BootFileName, readonly TemplateFile[]>
  readonly #inTurn = new InTurn(looksAtOnce)
  /** Looks that have not begun yet: whoever asks meanwhile waits for the same one. */
  readonly #upcoming = new Map<string, Promise<Look>>()

  constructor({ httpRoot, templates = {}, tftpRoot }: IronicFilesOptions) {
    this.#roots = { http: httpRoot, tftp: tftpRoot }
    this.#templates = new Map(
      (Object.entries(templates) as [BootFileName, readonly string[]][]).map(([name, paths]) => [
        name,
        paths.map((path) => new TemplateFile(path)),
      ]),
    )
  }

  /**
   * Whichever boot file a node has below this root, whole; undefined where there is none. Throws `BootConfigUnavailable`
   * where it is still being written when `deadline` (performance.now() milliseconds) has come, is too large, no boot
   * file, or a link leads out of the root. `ownTemplate`: the node has a template of its own.
   */
  async find(
    nodeUuid: string,
    root: BootFileRoot,
    deadline: number,
    ownTemplate?: string,
  ): Promise<FoundFile | undefined> {
    const path = `${this.#roots[root]}/${checkUuid(nodeUuid)}/config`
    const seen = new Sightings()
    let verdict = 'could not be read in time'
    const refusal = () => new BootringError('BootConfigUnavailable', `${path} ${verdict}`)
    for (let pauseFor = firstPause; ; pauseFor = Math.min(2 * pauseFor, longestPause)) {
      const look = await orTimeOut(this.#look(root, nodeUuid), deadline, refusal)
      if (look === 'absent') return undefined
      const judged = await orTimeOut(this.#judge(look, seen, ownTemplate), deadline, refusal)
      if (judged.found !== undefined) return judged.found
      const since = look === 'changing' ? '' : `, for ${(judged.quietFor / 1000).toFixed(1)} s now`
      verdict = `is not whole: ${judged.problem}${since}`
      const wait = Math.min(judged.quietIn ?? pauseFor, longestPause)
      const hopeless = judged.quietIn === undefined && judged.quietFor > givenUpAfter
      if (hopeless || performance.now() + wait > deadline) throw refusal()
      await pause(wait)
    }
  }

  /** Folders on the disk that are named like a node's. Empty where the root is not there, or can't be read. */
  async nodeUuids(root: BootFileRoot): Promise<string[]> {
    try {
      return (await readdir(this.#roots[root])).filter(isCanonicalUuid)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  #look(root: BootFileRoot, nodeUuid: string): Promise<Look> {
    const key = `${root}/${nodeUuid}`
    const upcoming = this.#upcoming.get(key)
    if (upcoming !== undefined) return upcoming
    let begun = false
    const look = this.#inTurn.run(() => {
      begun = true
      this.#upcoming.delete(key)
      return lookAt(this.#roots[root], nodeUuid)
    })
    // What it finds may be older than whoever asks later.
    if (!begun) this.#upcoming.set(key, look)
    return look
  }

  async #judge(look: StillFile | 'changing', seen: Sightings, ownTemplate: string | undefined): Promise<Judgement> {
    if (look === 'changing') return { quietFor: seen.changing(), problem: 'it is being written' }
    const { bytes, version } = look
    const quietFor = seen.still(version)
    if (bytes.length === 0) return { quietFor, problem: 'it is empty' }
    const text = isUtf8(bytes) ? bytes.toString('utf8') : ''
    const name = bootFileNameOf(text)
    if (name === undefined) return { quietFor, problem: 'it begins like no boot file' }
    const templates = await this.#templatesOf(name, ownTemplate)
    const needed = quietTimeNeeded(text, name, templates, milliseconds(version.mtimeNs))
    if (quietFor >= needed)
      return { found: { name, text, sha256: hash('sha256', bytes, 'hex') }, quietFor, problem: '' }
    if (Number.isFinite(needed)) {
      return {
        quietFor,
        quietIn: needed - quietFor,
        problem: `only when left alone for ${needed} ms it counts as whole`,
      }
    }
    return {
      quietFor,
      problem: "it does not end as files from Ironic's template do, nor from the one that [pxe] names",
    }
  }

  async #templatesOf(name: BootFileName, ownTemplate: string | undefined): Promise<KnownTemplate[]> {
    // Any node may name any file: those are not kept.
    const own = ownTemplate === undefined ? [] : [new TemplateFile(ownTemplate)]
    return await Promise.all([...(this.#templates.get(name) ?? []), ...own].map((template) => template.look()))
  }
}

async function lookAt(root: string, nodeUuid: string): Promise<Look> {
  const file = await openInside(root, nodeUuid, 'config')
  if (file === undefined) return 'absent'
  try {
    return (await readStill(file, maxBytes)) ?? 'changing'
  } catch (error) {
    const reason = `${root}/${nodeUuid}/config: ${(error as Error).message}`
    throw new BootringError('BootConfigUnavailable', reason, { cause: error })
  } finally {
    await file.close()
  }
}

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n)

/** For how long a file has been as it is. */
class Sightings {
  #last: FileVersion | undefined
  #since = 0

  changing(): number {
    this.#last = undefined
    return 0
  }

  /** Milliseconds: by the file's own time or, where another host's clock has set that, by what was seen. */
  still(version: FileVersion): number {
    const now = performance.now()
    if (this.#last === undefined || !sameVersion(this.#last, version)) this.#since = now
    this.#last = version
    return Math.max(Date.now() - milliseconds(version.mtimeNs), now - this.#since)
  }
}

/** A disk that does not answer must not keep a machine waiting beyond the deadline. */
async function orTimeOut<T>(work: Promise<T>, deadline: number, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), Math.max(0, deadline - performance.now()))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
