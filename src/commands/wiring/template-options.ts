import type { IronicFilesOptions } from '../../attached/ironic-files.ts'
import type { Config } from '../../config/config.ts'

/** The operator's templates that Ironic may have made boot files from; those of GRUB and pxelinux may each be named as the other. */
export function templateOptions({ pxe }: Pick<Config, 'pxe'>): NonNullable<IronicFilesOptions['templates']> {
  const { ipxe_config_template: ipxe, pxe_config_template: bios, uefi_pxe_config_template: uefi } = pxe
  const named = [bios, uefi, ...Object.values(pxe.pxe_config_template_by_arch)]
  const others = named.filter((path) => path !== undefined)
  return { 'boot.ipxe': ipxe === undefined ? [] : [ipxe], 'grub.cfg': others, 'pxelinux.cfg': others }
}
