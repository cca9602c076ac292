import type { BootNode } from '../model/node.ts'
import type { ImageFileName } from './node-images.ts'

/** As machines ask for them; the last is for Pixiecore. */
export type BootFileName = 'boot.ipxe' | 'grub.cfg' | 'pxelinux.cfg' | 'pixiecore.json'

/** What reads a node's boot file on the machine: what may stand in such a file, and how. */
export interface BootLoader {
  readonly fileName: BootFileName
  /** For messages. */
  readonly title: string
  /** File of bootring's own template. */
  readonly ownTemplate: 'node.ipxe' | 'node.grub' | 'node.pxelinux' | 'node.pixiecore'
  /** Text for a command line, not yet escaped. `field` names the value in errors. Throws `TemplateFailed` for what can't be escaped. */
  checkWords(field: string, value: unknown): string
  /** Text that was checked, as it has to stand in the file. */
  escapeWords(words: string): string
  /** How the loader is told to fetch an image below this URL. Throws `TemplateFailed` where it can't. */
  imagePath(folderUrl: string, fileName: ImageFileName): string
  readonly bootsIso: boolean
  /** What of Ironic's variables stands for values that are filled in later. Source: create_pxe_config in ironic/common/pxe_utils.py. */
  laterValue(name: 'ROOT' | 'DISK_IDENTIFIER'): string
  /** Whether a text is such a file: machines that are handed anything else may hang. */
  recognises(text: string): boolean
  /**
   * Ironic's templates begin by going to the agent; for machines that boot their own ramdisk Ironic edits the rendered file so
   * that it goes there. undefined where the file has no such place. (Source: deploy_utils._replace_boot_line.)
   */
  goTo(label: string, text: string): string | undefined
}

/** The node as far as it says which template it is rendered with. */
export type TemplateNode = Pick<BootNode, 'uuid' | 'driverInfo' | 'properties'>
