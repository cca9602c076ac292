import { canonicalUuidOf } from '../model/canonical-uuid.ts'

/** RFC 3986's unreserved characters, from version 1.10 on. */
const unreserved = /^[A-Za-z0-9\-._~]{1,255}$/
const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9\-_]{0,62}[a-z0-9])*\.?$/

/** Whether a node, port or portgroup may be called so. Before 1.10 names had to be host names. */
export function isLogicalName(name: string, minor = Number.POSITIVE_INFINITY): boolean {
  return minor < 10 ? name.length <= 255 && hostName.test(name) : unreserved.test(name)
}

/** Words that stand where an ident may stand in paths below /v1/nodes. */
export const reservedNodeNames = ['detail', 'maintenance', 'management', 'states', 'validate', 'vendor_passthru']

/** Whether a text may be the UUID of something: such names would never be found. */
export const looksLikeUuid = (text: string) => canonicalUuidOf(text) !== undefined
