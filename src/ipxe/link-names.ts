import { hyphenated } from '../model/mac.ts'
import type { Port } from '../model/node.ts'

/*
 * What boot loaders ask for by a NIC's address, below the root from which they came. Source: ironic/common/pxe_utils.py.
 */

/** iPXE, by the links of the root script. An InfiniBand NIC has the MAC of its port there too: iPXE makes the same of its GUID. */
export const ipxeLinkNames = ({ address }: Port): string[] => [`pxelinux.cfg/${hyphenated(address)}`]

/** pxelinux, which puts the hardware type before it (20: InfiniBand), and GRUB, by Ironic's first configuration or its own search. */
export const pxeLinkNames = ({ address, extra }: Port): string[] => {
  const hardwareType = extra['client-id'] ? '20' : '01'
  return [
    `pxelinux.cfg/${hardwareType}-${hyphenated(address)}`,
    `grub.cfg-01-${hyphenated(address)}`,
    `${address}.conf`,
  ]
}
