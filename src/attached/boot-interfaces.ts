import { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import type { BootFileKind } from './boot-file-kind.ts'

/*
 * Which boot interface has which boot files, and where. In Ironic this follows from the class that an interface inherits
 * from; releases from 21.0 to 39.0 were looked through.
 */

const ipxe: readonly BootFileKind[] = [{ name: 'boot.ipxe', root: 'http' }]
const pxe: readonly BootFileKind[] = [
  { name: 'grub.cfg', root: 'tftp' },
  { name: 'pxelinux.cfg', root: 'tftp' },
]
/**
 * Ironic writes these under tftp_root as well, though firmware is sent to http_root; it looks for them under http_root
 * when it switches a node to its instance. So both are looked at, where they ought to be first.
 */
const http: readonly BootFileKind[] = [
  { name: 'grub.cfg', root: 'http' },
  { name: 'pxelinux.cfg', root: 'http' },
  ...pxe,
]

const kindsByInterface: ReadonlyMap<string, readonly BootFileKind[]> = new Map([
  ['ipxe', ipxe],
  ['http-ipxe', ipxe],
  ['ilo-ipxe', ipxe],
  ['pxe', pxe],
  ['ilo-pxe', pxe],
  ['irmc-pxe', pxe],
  ['http', http],
])

/**
 * The kinds of boot files that an interface may have, those to be preferred first; empty where it has none. Other
 * vendors' interfaces are judged by their names, as all that inherit from iPXE or PXE have been called `…-ipxe` and
 * `…-pxe`: what lies on the disk says less, for Ironic leaves files behind.
 */
export function kindsOf(bootInterface: string): readonly BootFileKind[] {
  const known = kindsByInterface.get(bootInterface)
  if (known !== undefined) return known
  if (bootInterface.endsWith('-ipxe')) return ipxe
  return bootInterface.endsWith('-pxe') ? pxe : []
}

/**
 * Where a node's boot file of this name may be. Throws `UnsupportedDriverExtension` where the node's boot interface has
 * no boot files, `UnknownBootFile` where it has others.
 */
export function kindsFor(
  { bootInterface, uuid }: Pick<BootNode, 'bootInterface' | 'uuid'>,
  fileName: string,
): BootFileKind[] {
  // A node without one boots by the default of Ironic's conductor, of which nothing is known here.
  const kinds = bootInterface === null ? [] : kindsOf(bootInterface)
  const called = bootInterface === null ? 'no boot interface' : `boot interface ${bootInterface}`
  if (kinds.length === 0) {
    throw new BootringError('UnsupportedDriverExtension', `node ${uuid} has ${called}, which writes no boot files`)
  }
  const named = kinds.filter(({ name }) => name === fileName)
  if (named.length > 0) return named
  const names = [...new Set(kinds.map(({ name }) => name))].join(' and ')
  throw new BootringError(
    'UnknownBootFile',
    `node ${uuid} has ${called}, which knows ${names} only (asked for ${JSON.stringify(fileName)})`,
  )
}
