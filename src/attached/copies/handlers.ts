import { BootringError } from '../../model/errors.ts'
import type { Handler } from '../../rpc/contract.ts'
import type { BootFileIndex } from './boot-file-index.ts'
import { maxListed } from './limits.ts'

export interface ListingState {
  /** Whether the index holds all there is. */
  readonly ready: boolean
}

/** `list_boot_files`: waits for changes, and gives those after the caller's last. */
export function listBootFiles(index: BootFileIndex, state: ListingState): Handler<'list_boot_files'> {
  const { changes } = index
  return async ({ epoch, since, wait }) => {
    if (!state.ready) {
      throw new BootringError(
        'BootConfigUnavailable',
        "the boot files on this host are not all known yet, or Ironic's conductor on it is not alive",
      )
    }
    if (changes.full && changes.wouldWait(epoch, since, wait))
      throw new BootringError('Overloaded', 'too many conductors wait for changes of boot files')
    await changes.wait(epoch, since, wait)
    const { more, next, removed, restarted, set } = changes.changes(epoch, since, maxListed)
    return {
      epoch: changes.epoch,
      restarted,
      next,
      more,
      files: set.map((file) => ({
        node_id: file.nodeUuid,
        name: file.name,
        sha256: file.sha256,
        size: file.bytes,
        state_family: file.family,
        written_at: file.writtenAtMilliseconds,
      })),
      removed: removed.map((key) => {
        const dot = key.indexOf('.')
        return { node_id: key.slice(0, dot), name: key.slice(dot + 1) }
      }),
    }
  }
}

/** `get_boot_file`: the text of a listed file, read from the disk. Throws `BootConfigUnavailable` where it is another by now. */
export function getBootFile(index: BootFileIndex): Handler<'get_boot_file'> {
  return async ({ name, node_id: uuid, sha256 }) => {
    const text = await index.read(uuid, name, sha256)
    if (text === undefined) {
      throw new BootringError('BootConfigUnavailable', `node ${uuid}: there is no ${name} with this hash`)
    }
    return text
  }
}
