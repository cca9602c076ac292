import { type BigIntStats, constants } from 'node:fs'
import { open, realpath, stat as statOf } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { BootringError } from '../model/errors.ts'
import type { ImageHttp } from './image-http.ts'

/** What tells whether a source is still what it was: a file's identity and times, or HTTP's validators. */
export interface Validators {
  /** `file://`: inode, size and mtime. */
  fileVersion?: string
  etag?: string
  lastModified?: string
}

/** One opened source. */
export interface OpenedImage {
  validators: Validators
  /** Of the whole image; undefined where the server does not say. */
  totalBytes: number | undefined
  /** Where the body begins: not 0 when a broken transfer goes on. */
  offset: number
  body: Readable
  /** Whether the source has become another one while it was read; HTTP has no such question. */
  hasChanged?(): Promise<boolean>
}

/** `'unchanged'`: the copy at hand is still good. */
export type Opening = OpenedImage | 'unchanged'

/** Opens either kind. Throws `ImageUnavailable`, or what the file system or undici throw. */
export function openImage(
  url: string,
  opening: HttpOpening & { fileUrlAllowedPaths: readonly string[] },
): Promise<Opening> {
  return isFileUrl(url) ? openFile(url, opening.fileUrlAllowedPaths, opening.known) : openHttp(url, opening)
}

export const isFileUrl = (url: string): boolean => /^file:/i.test(url)

/** Opens a `file://` URL below one of the allowed folders, after all links are resolved. Throws `ImageUnavailable`. */
async function openFile(url: string, allowedPaths: readonly string[], known: Validators): Promise<Opening> {
  const path = await realpath(pathOf(url))
  const folders = await Promise.all(allowedPaths.map((folder) => realpath(folder).catch(() => undefined)))
  if (!folders.some((folder) => folder !== undefined && isBelow(folder, path)))
    throw unavailable(url, `${path} is in none of the folders of [conductor]file_url_allowed_paths`)
  // Without O_NONBLOCK, opening a pipe would wait for its writer for ever; a link put there since is not followed.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stat = await file.stat({ bigint: true })
  const fileVersion = versionOf(stat)
  if (!stat.isFile() || fileVersion === known.fileVersion) {
    await file.close()
    if (!stat.isFile()) throw unavailable(url, 'it is no regular file')
    return 'unchanged'
  }
  const body = file.createReadStream({ highWaterMark: 1024 * 1024 })
  // Somebody may be writing into it.
  const hasChanged = async () => versionOf(await statOf(path, { bigint: true })) !== fileVersion
  return { validators: { fileVersion }, totalBytes: Number(stat.size), offset: 0, body, hasChanged }
}

const versionOf = ({ ino, mtimeNs, size }: BigIntStats) => `${ino} ${size} ${mtimeNs}`

/** How long a server may take to begin its answer … */
const startMilliseconds = 30_000
/** … and to say that a copy is still good: machines wait for it, and are better served by the copy. */
const askMilliseconds = 5_000

export interface HttpOpening {
  http: ImageHttp
  signal: AbortSignal
  known: Validators
  /** A transfer that broke after so many bytes of an image with these validators. */
  resume?: { offset: number; validators: Validators } | undefined
}

/** Opens an `http(s)://` URL, conditionally where there is a copy, and further on where a transfer broke. Throws `ImageUnavailable`. */
async function openHttp(url: string, { http, signal, known, resume }: HttpOpening): Promise<Opening> {
  // Compressed on the way, neither lengths nor ranges would be those of the file.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  const strongEtag = resume?.validators.etag?.startsWith('W/') ? undefined : resume?.validators.etag
  const condition = strongEtag ?? resume?.validators.lastModified
  if (resume && resume.offset > 0 && condition !== undefined) {
    headers.range = `bytes=${resume.offset}-`
    headers['if-range'] = condition
  } else if (known.etag !== undefined) headers['if-none-match'] = known.etag
  else if (known.lastModified !== undefined) headers['if-modified-since'] = known.lastModified
  const hasCopy = headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined
  const answer = await http.get(url, { signal, headers, headersTimeout: hasCopy ? askMilliseconds : startMilliseconds })
  if (answer.statusCode === 304) {
    await answer.body.dump()
    return 'unchanged'
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(header(answer.headers, 'content-range') ?? '')
  const resumed = answer.statusCode === 206 && headers.range !== undefined && range !== null
  if (answer.statusCode !== 200 && !resumed) {
    await answer.body.dump()
    const why = `the server answers ${answer.statusCode}`
    throw [429, 502, 503, 504].includes(answer.statusCode) ? new TransientFailure(why) : unavailable(url, why)
  }
  const etag = header(answer.headers, 'etag')
  const lastModified = header(answer.headers, 'last-modified')
  const length = header(answer.headers, 'content-length')
  return {
    validators: { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) },
    totalBytes: resumed ? Number(range[2]) : length === undefined ? undefined : Number(length),
    offset: resumed ? Number(range[1]) : 0,
    body: answer.body,
  }
}

/** May go better next time. */
export class TransientFailure extends Error {}

export const unavailable = (url: string, why: string, cause?: unknown) =>
  new BootringError('ImageUnavailable', `image ${withoutPassword(url)}: ${why}`, { cause })

/** As it may be logged. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@\s]*@/g, '//***@')
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw unavailable(url, 'a file URL is file:// and an absolute path', error)
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function header(headers: Record<string, string | string[] | undefined>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
