import { constants } from 'node:fs'
import { access, chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BootringError } from '../../model/errors.ts'
import { type Copy, formatCopy, parseCopy } from './copy.ts'
import { fileKey } from './listed-file.ts'

const ours = /^[0-9a-f-]{36}\.[a-z][a-z0-9.-]{0,62}\.json$/
const oursHalfWritten = /^\.[0-9a-f-]{36}\.[a-z][a-z0-9.-]{0,62}\.json$/

/** `[bootring]replica_path`: one file a copy. They hold what machines boot, so nobody else may read them. */
export class CopyFolder {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Makes the folder where it is not there. Throws `ConfigInvalid` where it can't be used. */
  async open(): Promise<void> {
    try {
      await mkdir(this.#path, { recursive: true, mode: 0o700 })
      await access(this.#path, constants.R_OK | constants.W_OK | constants.X_OK)
      await chmod(this.#path, 0o700)
    } catch (error) {
      const reason = `[bootring]replica_path ${this.#path} can't be used: ${(error as Error).message}. Name a folder that the user may write to`
      throw new BootringError('ConfigInvalid', reason, { cause: error })
    }
  }

  /** All copies that are whole; `damaged` says how many were not, and have been removed. */
  async load(): Promise<{ copies: Copy[]; damaged: number }> {
    const copies: Copy[] = []
    let damaged = 0
    for (const name of await readdir(this.#path)) {
      if (oursHalfWritten.test(name)) await rm(join(this.#path, name), { force: true })
      if (!ours.test(name)) continue
      const copy = parseCopy(await readFile(join(this.#path, name), 'utf8').catch(() => ''))
      if (copy !== undefined && `${fileKey(copy.nodeUuid, copy.name)}.json` === name) {
        copies.push(copy)
        continue
      }
      damaged += 1
      await rm(join(this.#path, name), { force: true }).catch(() => undefined)
    }
    return { copies, damaged }
  }

  /** Readers see the old copy or the new one. What a lost power supply damages is noticed by its hash. */
  async write(copy: Copy): Promise<void> {
    const name = `${fileKey(copy.nodeUuid, copy.name)}.json`
    const temporary = join(this.#path, `.${name}`)
    try {
      await writeFile(temporary, formatCopy(copy), { mode: 0o600 })
      await rename(temporary, join(this.#path, name))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.#path, `${key}.json`), { force: true })
  }
}
