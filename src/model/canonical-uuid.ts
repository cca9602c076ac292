import { BootringError } from './errors.ts'

const canonical = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isCanonicalUuid(text: string): boolean {
  return canonical.test(text)
}

/** Nothing but a canonical lower-case UUID ever becomes part of a path. Throws `BootConfigUnavailable`. */
export function checkUuid(uuid: string): string {
  if (!canonical.test(uuid))
    throw new BootringError('BootConfigUnavailable', `${JSON.stringify(uuid)} is no node's UUID`)
  return uuid
}
