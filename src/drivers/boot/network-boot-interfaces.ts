import type { BootFiles } from '../../ipxe/boot-files.ts'
import { grubLoader } from '../../ipxe/grub-loader.ts'
import { ipxeLoader } from '../../ipxe/ipxe-loader.ts'
import { ipxeLinkNames, pxeLinkNames } from '../../ipxe/link-names.ts'
import { pixiecoreLoader } from '../../ipxe/pixiecore-loader.ts'
import { pxelinuxLoader } from '../../ipxe/pxelinux-loader.ts'
import type { BootInterface } from './boot-interface.ts'
import { type FirmwareMode, firmwareModeOf } from './firmware-mode.ts'
import { NetworkBoot, type NetworkBootParts, type SharedBootParts } from './network-boot.ts'

export interface NetworkBootInterfacesParts extends SharedBootParts {
  /** Below `[deploy]http_root`. */
  httpFiles: BootFiles
  /** Below `[pxe]tftp_root`. */
  tftpFiles: BootFiles
  /** `[deploy]default_boot_mode`. */
  defaultBootMode: FirmwareMode
}

/**
 * All boot interfaces that boot over the network. Those with `http` are for firmware that fetches its loader by HTTP; to bootring they
 * differ from the others by where the files of GRUB and pxelinux lie.
 */
export function networkBootInterfaces({
  defaultBootMode,
  httpFiles,
  tftpFiles,
  ...shared
}: NetworkBootInterfacesParts): BootInterface[] {
  const byIpxe: NetworkBootParts = {
    ...shared,
    // Pixiecore brings an iPXE of its own to whatever machine.
    loaders: [ipxeLoader, pixiecoreLoader],
    loaderOf: () => ipxeLoader,
    files: httpFiles,
    otherFiles: tftpFiles,
    linkNames: ipxeLinkNames,
  }
  const byPxe: NetworkBootParts = {
    ...shared,
    loaders: [grubLoader, pxelinuxLoader, pixiecoreLoader],
    loaderOf: (node) => (firmwareModeOf(node, defaultBootMode) === 'uefi' ? grubLoader : pxelinuxLoader),
    files: tftpFiles,
    otherFiles: httpFiles,
    linkNames: pxeLinkNames,
  }
  return [
    new NetworkBoot('ipxe', byIpxe),
    new NetworkBoot('http-ipxe', byIpxe),
    new NetworkBoot('pxe', byPxe),
    new NetworkBoot('http', { ...byPxe, files: httpFiles, otherFiles: tftpFiles }),
  ]
}
