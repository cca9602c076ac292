const prefix = '/v1/boot'

/** The two parts of `/v1/boot/<MAC>/<NAME>`, percent-decoded, otherwise as the client wrote them. */
export interface BootPath {
  macText: string
  fileName: string
}

/** The path and query of a request target; proxies may send the absolute form `http://host/path`. */
function originForm(target: string): string {
  if (target.charCodeAt(0) === 47) return target
  return target.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** Whether the request target is /v1/boot or anything below it. */
export function isBootTarget(target: string): boolean {
  const path = originForm(target)
  if (!path.startsWith(prefix)) return false
  const next = path[prefix.length]
  return next === undefined || next === '/' || next === '?' || next === '#'
}

/**
 * The parts of the target's path; undefined where it has any other shape or is wrongly encoded. A query is ignored, as
 * nothing here takes one. `${mac}` arrives from iPXE with its colons encoded.
 */
export function parseBootTarget(target: string): BootPath | undefined {
  const rest = belowPrefix(target)
  if (rest === undefined) return undefined
  const macEnd = rest.indexOf('/')
  if (macEnd === -1 || rest.indexOf('/', macEnd + 1) !== -1) return undefined
  const macText = decoded(rest.slice(0, macEnd))
  const fileName = decoded(rest.slice(macEnd + 1))
  if (macText === undefined || fileName === undefined) return undefined
  return { macText, fileName }
}

/** The address in Pixiecore's `/v1/boot/<MAC>`, in the same way. */
export function parsePixiecoreTarget(target: string): string | undefined {
  const rest = belowPrefix(target)
  return rest === undefined || rest === '' || rest.includes('/') ? undefined : decoded(rest)
}

/** What follows `/v1/boot/` in the path. */
function belowPrefix(target: string): string | undefined {
  let path = originForm(target)
  const end = path.search(/[?#]/)
  if (end !== -1) path = path.slice(0, end)
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined
}

function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
