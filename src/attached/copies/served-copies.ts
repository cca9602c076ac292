import type { BootNode } from '../../model/node.ts'
import type { Logger } from '../../observe/logger.ts'
import type { BootCopies } from '../boot-copies.ts'
import { kindsOf } from '../boot-interfaces.ts'
import type { CopyStore } from './copy-store.ts'
import { stateFamily } from './state-family.ts'
import { lastWrittenHere } from './written-at.ts'

export interface ServedCopiesParts {
  store: CopyStore
  /** Ironic's on this host. */
  roots: readonly string[]
  /** Applied to what is served. */
  replaceUrls(text: string): string
  log: Logger
}

/** Decides which copies machines may get. */
export class ServedCopies implements BootCopies {
  readonly #parts: ServedCopiesParts

  constructor(parts: ServedCopiesParts) {
    this.#parts = parts
  }

  async copyFor(node: BootNode, fileName: string): Promise<string | undefined> {
    const { log, replaceUrls, roots, store } = this.#parts
    const copy = store.get(node.uuid, fileName)
    if (copy === undefined || copy.family !== stateFamily(node)) return undefined
    if (node.bootInterface === null || !kindsOf(node.bootInterface).some(({ name }) => name === fileName))
      return undefined
    const own = await lastWrittenHere(roots, node.uuid)
    if (own !== undefined && own > copy.writtenAtMilliseconds) {
      // Ironic has taken the node over since.
      store.remove(copy)
      return undefined
    }
    log.info({ node: node.uuid, file: fileName, owner: copy.owner }, 'serving the copy of a boot file')
    return replaceUrls(copy.text)
  }
}
