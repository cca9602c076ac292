import type { BootEvent, BootEventOutcome } from '../../model/boot-events.ts'
import { clientAddress } from '../../model/client-address.ts'
import { parseNicAddress } from '../../model/mac.ts'
import { preflightUserAgent } from '../../model/preflight-requests.ts'
import type { Download } from './download.ts'
import { parseFilePath } from './file-path.ts'

/**
 * What is kept of one download: files of a node (`deploy_kernel`, `deploy_ramdisk`, `config`, …) by the node's UUID, its
 * configuration by a NIC's address, and what lies in the root itself (root script, fallback script). undefined for
 * everything else, and for what preflight asks.
 */
export function fileEvent(download: Download, server: string): BootEvent | undefined {
  if (download.userAgent === preflightUserAgent) return undefined
  const segments = parseFilePath(download.target)
  const file = segments && bootFileOf(segments)
  if (file === undefined) return undefined
  const { bytes, isWhole, milliseconds, remoteAddress, status, userAgent } = download
  const outcome = outcomeOf(status, isWhole)
  return {
    at: Date.now(),
    kind: 'file',
    mac: file.mac,
    node_uuid: file.nodeUuid,
    node_name: null,
    client: clientAddress(remoteAddress),
    server,
    request_id: null,
    outcome,
    code: outcome === 'served' || outcome === 'broken' ? null : codeOf(status),
    reason: reasonOf(outcome, download),
    name: file.name,
    provision_state: null,
    owner: null,
    conductor: server,
    milliseconds,
    steps: [],
    bytes: outcome === 'served' || outcome === 'broken' ? bytes : null,
    sha256: null,
    user_agent: userAgent ?? null,
  }
}

export interface NamedFile {
  nodeUuid: string | null
  mac: string | null
  name: string
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** undefined: it is no boot file. */
export function bootFileOf(segments: readonly string[]): NamedFile | undefined {
  const [first = '', second] = segments
  if (segments.length === 1) return { nodeUuid: null, mac: macIn(first), name: first }
  if (segments.length !== 2 || second === undefined) return undefined
  if (uuid.test(first)) return { nodeUuid: first, mac: null, name: second }
  return first === 'pxelinux.cfg' ? { nodeUuid: null, mac: macIn(second), name: `pxelinux.cfg/${second}` } : undefined
}

/** In `52-54-00-12-34-56`, `01-52-54-00-12-34-56`, `grub.cfg-01-52-54-00-12-34-56` and `52:54:00:12:34:56.conf`. */
function macIn(name: string): string | null {
  const text = /(?:^|-)([0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})(?:\.conf)?$/i.exec(name)?.[1]
  return (text && parseNicAddress(text)) ?? null
}

function outcomeOf(status: number, isWhole: boolean): BootEventOutcome {
  if (status === 503) return 'unavailable'
  if (status >= 400) return 'refused'
  return isWhole ? 'served' : 'broken'
}

function codeOf(status: number): string {
  if (status === 503) return 'Overloaded'
  return status === 500 ? 'Internal' : 'ImageUnavailable'
}

function reasonOf(outcome: BootEventOutcome, { bytes, status }: Download): string | null {
  switch (outcome) {
    case 'served':
      return null
    case 'broken':
      return `the connection ended after ${bytes} bytes`
    case 'unavailable':
      return 'not there yet, or too many downloads at once: told to ask again'
    case 'refused':
      return status === 404 ? 'there is no such file, and no image that it could be fetched from' : `answered ${status}`
  }
}
