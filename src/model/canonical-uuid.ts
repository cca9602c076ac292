import { BootringError } from './errors.ts'

const canonical = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isCanonicalUuid(text: string): boolean {
  return canonical.test(text)
}

/** The canonical form of what Ironic takes for a UUID: it cares neither for case, hyphens and braces nor for `urn:uuid:`. */
export function canonicalUuidOf(text: string): string | undefined {
  const digits = text
    .toLowerCase()
    .replace(/^urn:(?:uuid:)?/, '')
    .replace(/[{}-]/g, '')
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return isCanonicalUuid(uuid) ? uuid : undefined
}

/** Nothing but a canonical lower-case UUID ever becomes part of a path. Throws `BootConfigUnavailable`. */
export function checkUuid(uuid: string): string {
  if (!canonical.test(uuid))
    throw new BootringError('BootConfigUnavailable', `${JSON.stringify(uuid)} is no node's UUID`)
  return uuid
}
