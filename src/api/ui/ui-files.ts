import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** A file of the built dashboard, kept in memory. */
export interface UiFile {
  readonly content: Buffer
  readonly contentType: string
  readonly etag: string
  /** Its name changes with its content, so that clients may keep it for ever. */
  readonly hashed: boolean
  /** Compressed when it is asked for first; undefined where that does not pay. */
  gzipped(): Buffer | undefined
}

/** In the package beside the code, in a checkout where `make setup` builds it. */
const folders = ['../../ui/', '../../../ui/dist/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
}

/**
 * The files of the dashboard by their paths below /ui/, read once: no request becomes a path on the disk. Undefined
 * where it was not built.
 */
export function readUiFiles(places: readonly string[] = folders): ReadonlyMap<string, UiFile> | undefined {
  for (const folder of places) {
    const files = filesOf(folder)
    if (files.has('index.html')) return files
  }
  return undefined
}

function filesOf(folder: string): Map<string, UiFile> {
  const files = new Map<string, UiFile>()
  let entries: string[]
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return files
  }
  for (const path of entries) {
    const contentType = contentTypes[/\.([a-z]+)$/.exec(path)?.[1] ?? '']
    if (contentType !== undefined) files.set(path, uiFile(path, contentType, readFileSync(`${folder}/${path}`)))
  }
  return files
}

function uiFile(path: string, contentType: string, content: Buffer): UiFile {
  let gzipped: Buffer | undefined
  return {
    content,
    contentType,
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    hashed: path.startsWith('assets/'),
    gzipped: () => {
      if (content.length < 1000) return undefined
      gzipped ??= gzipSync(content, { level: 9 })
      return gzipped
    },
  }
}
