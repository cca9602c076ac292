import { fileURLToPath } from 'node:url'
import type { BootLoader } from './boot-loader.ts'

/** The path of one of bootring's own templates. */
export function ownTemplate(name: 'root.ipxe' | 'root.grub' | BootLoader['ownTemplate']): string {
  return fileURLToPath(new URL(`./templates/${name}`, import.meta.url))
}
