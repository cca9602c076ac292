import { imageFileNames } from '../../ipxe/node-images.ts'

/*
 * The file server's only way from a URL to a path: what does not match is never looked up on disk.
 */

/** No empty segment, none that begins with a dot: no `..`, no hidden files. */
const segment = /^[A-Za-z0-9_:-][A-Za-z0-9._:-]{0,254}$/
const maxTargetLength = 1024

/** The segments of the file that a request target names, decoded once; undefined where no file can have that name. */
export function parseFilePath(target: string): readonly string[] | undefined {
  if (target.length > maxTargetLength || !target.startsWith('/')) return undefined
  const [rawPath = ''] = target.split('?', 1)
  let path: string
  try {
    // iPXE sends the colons of a MAC percent-encoded.
    path = decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
  const segments = path.slice(1).split('/')
  return segments.every((part) => segment.test(part)) ? segments : undefined
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const fetchable: ReadonlySet<string> = new Set(imageFileNames)

/** The node and file name, where the path is one of a node's kernels or ramdisks. */
export function parseImagePath(segments: readonly string[]): { nodeUuid: string; fileName: string } | undefined {
  const [nodeUuid = '', fileName = ''] = segments
  if (segments.length !== 2 || !uuid.test(nodeUuid) || !fetchable.has(fileName)) return undefined
  return { nodeUuid, fileName }
}

/** Scripts are text, all else is opaque. */
export function contentTypeOf(segments: readonly string[]): string {
  const name = segments.at(-1) ?? ''
  const isScript =
    name === 'config' || name.endsWith('.ipxe') || (segments.length > 1 && segments[0] === 'pxelinux.cfg')
  return isScript ? 'text/plain; charset=utf-8' : 'application/octet-stream'
}
