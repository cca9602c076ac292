import { hash } from 'node:crypto'
import { isCanonicalUuid } from '../../model/canonical-uuid.ts'
import { isStateFamily, type StateFamily } from './state-family.ts'

/** A boot file of another conductor. */
export interface Copy {
  readonly nodeUuid: string
  /** As machines ask for it. */
  readonly name: string
  /** The registered name of the conductor that it comes from. */
  readonly owner: string
  readonly sha256: string
  /** What the node was going through. */
  readonly family: StateFamily
  /** By the owner's clock, since 1970. */
  readonly writtenAtMilliseconds: number
  readonly text: string
}

/** As it lies on the disk. */
export function formatCopy(copy: Copy): string {
  return JSON.stringify({
    node_id: copy.nodeUuid,
    name: copy.name,
    owner: copy.owner,
    sha256: copy.sha256,
    state_family: copy.family,
    written_at: copy.writtenAtMilliseconds,
    text: copy.text,
  })
}

/** undefined where this is no whole copy. */
export function parseCopy(json: string): Copy | undefined {
  let value: Record<string, unknown>
  try {
    value = Object(JSON.parse(json))
  } catch {
    return undefined
  }
  const { name, node_id: nodeUuid, owner, sha256, state_family: family, text, written_at: writtenAt } = value
  if (typeof nodeUuid !== 'string' || !isCanonicalUuid(nodeUuid)) return undefined
  if (typeof name !== 'string' || typeof owner !== 'string' || typeof text !== 'string') return undefined
  if (typeof writtenAt !== 'number' || !isStateFamily(family)) return undefined
  if (typeof sha256 !== 'string' || hash('sha256', text, 'hex') !== sha256) return undefined
  return { nodeUuid, name, owner, sha256, family, writtenAtMilliseconds: writtenAt, text }
}
