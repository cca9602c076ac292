import { fstat, ReadStream, type Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { relative, sep } from 'node:path'
import { promisify } from 'node:util'
import send from '@fastify/send'

/** What to answer for a file that is there. */
export interface FileAnswer {
  status: number
  headers: Record<string, string | number>
  /** Open already; undefined where the answer has no body of the file's (HEAD, 304, 412, 416). */
  stream: ReadStream | undefined
}

const statOfDescriptor = promisify(fstat)
const absent: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EPERM'])
const maxAttempts = 3
/** Large reads for large ramdisks; one such buffer a download. */
const chunkBytes = 256 * 1024

/** Opens files below `root`, a real path. `onOutside` hears of links that lead out of it: those are not followed. */
export function fileOpener(root: string, onOutside: (path: string) => void) {
  /**
   * The answer to `request` from the file that these segments name, its ranges and conditions applied; undefined when
   * there is no such regular file below the root. Throws the system's error where it can't be opened (EMFILE, …).
   */
  return async function openFile(
    request: IncomingMessage,
    segments: readonly string[],
  ): Promise<FileAnswer | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const file = await regularFile(root, segments, onOutside)
        if (file === undefined) return undefined
        return await answerFrom(request, root, file)
      } catch (error) {
        // Boot files are replaced by renaming: between looking and opening, another file may have taken the name.
        if (error instanceof FileReplaced && attempt < maxAttempts) continue
        if (absent.has((error as NodeJS.ErrnoException).code)) return undefined
        throw error
      }
    }
  }
}

class FileReplaced extends Error {
  readonly code = 'EAGAIN'
}

/** Path relative to the root, all links resolved. */
async function regularFile(
  root: string,
  segments: readonly string[],
  onOutside: (path: string) => void,
): Promise<string | undefined> {
  const path = await realpath([root, ...segments].join(sep))
  const below = relative(root, path)
  if (below === '' || below === '..' || below.startsWith(`..${sep}`)) {
    if (below !== '') onOutside(segments.join('/'))
    return undefined
  }
  // Opening a FIFO would wait for a writer, a device may do anything.
  return (await stat(path)).isFile() ? below : undefined
}

async function answerFrom(request: IncomingMessage, root: string, file: string): Promise<FileAnswer> {
  const url = `/${file.split(sep).map(encodeURIComponent).join('/')}`
  // Only real names get here: links may lead into hidden folders of the root, such as the image cache.
  const result = await send(request, url, { root, index: false, dotfiles: 'allow', highWaterMark: chunkBytes })
  const { statusCode: status, headers, stream } = result
  if (result.type === 'directory' || status === 404) throw new FileReplaced(`${file} was replaced`)
  if (result.type === 'error') {
    if (status >= 500) throw result.metadata.error
    const range = headers['Content-Range']
    return { status, headers: range === undefined ? {} : { 'Content-Range': range }, stream: undefined }
  }
  if (!(stream instanceof ReadStream)) return { status, headers, stream: undefined }
  try {
    const opened = await statOfDescriptor(await descriptorOf(stream))
    if (!sameFile(opened, result.metadata.stat)) throw new FileReplaced(`${file} was replaced`)
  } catch (error) {
    stream.destroy()
    throw error
  }
  return { status, headers, stream }
}

function descriptorOf(stream: ReadStream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once('open', resolve).once('error', reject)
  })
}

/** Length and ETag were taken from one, the bytes come from the other. */
function sameFile(a: Stats, b: Stats): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeMs === b.mtimeMs
}
