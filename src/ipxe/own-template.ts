import { fileURLToPath } from 'node:url'

/** The path of one of bootring's own templates. */
export function ownTemplate(name: 'root.ipxe' | 'root.grub' | 'node.ipxe' | 'node.grub' | 'node.pxelinux'): string {
  return fileURLToPath(new URL(`./templates/${name}`, import.meta.url))
}
