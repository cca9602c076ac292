/*
 * What a boot file is, told by its text. Both ends look: the conductor before it answers, the API before it hands on.
 */

/** What Pixiecore gets; no machine asks for it by name. */
export const pixiecoreFileName = 'pixiecore.json'

/** An answer of Pixiecore's API: an object that names a kernel at least. */
export function isPixiecoreAnswer(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    const { kernel }: { kernel?: unknown } = JSON.parse(text)
    return typeof kernel === 'string' && kernel !== ''
  } catch {
    return false
  }
}

/** A script for iPXE: its first line says so. */
export function isIpxeScript(text: string): boolean {
  return /^#!ipxe[ \t]*(?:\r?\n|$)/.test(text)
}

/** A configuration of GRUB, with an entry to boot or the choice of one. */
export function isGrubConfig(text: string): boolean {
  if (text.startsWith('#!')) return false
  return /^[ \t]*(?:set[ \t]+default=|menuentry[ \t])/m.test(text)
}

/** A configuration of pxelinux. Keywords have no case there, and GRUB knows neither of these. */
export function isPxelinuxConfig(text: string): boolean {
  return /^[ \t]*(?:default|label)[ \t]+\S/im.test(text) && !isGrubConfig(text) && !text.startsWith('#!')
}
