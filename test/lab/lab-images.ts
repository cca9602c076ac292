import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../.tools/lab/', import.meta.url))

/** The kernel and the initial RAM disk that the lab's machines boot; `make setup` makes them. */
export const labImages = { folder, kernel: `${folder}vmlinuz`, ramdisk: `${folder}initrd.gz` }
