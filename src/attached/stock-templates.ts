import type { BootFileName } from './boot-file-kind.ts'

/** How the files of one of Ironic's own templates look, in all releases from 21.0 to 39.0. */
interface StockTemplate {
  /** All of them begin like this. The boot target is not the same in all: Ironic changes it when it switches a node to its instance. */
  readonly beginning: RegExp
  /** The beginning, literally, to recognise a file that ends within it; `*` is the boot target. */
  readonly beginningText: string
  /** A whole file ends like this, and no part of one does. */
  readonly ending: RegExp
  /** A whole file of an older release ended like this; in a newer one there follows what a machine can do without. */
  readonly olderEnding?: RegExp
}

export const stockTemplates: { readonly [N in BootFileName]: StockTemplate } = {
  'boot.ipxe': {
    beginning: /^#!ipxe\n\nset attempts:int32 \d+\nset i:int32 0\n\ngoto \S+\n/,
    beginningText: '#!ipxe\n\nset attempts:int32 10\nset i:int32 0\n\ngoto *\n',
    ending: /\n:boot_whole_disk\nsanboot --no-describe \|\| exit 0\n?$/,
    // Until 20.2.
    olderEnding: /\n:boot_whole_disk\nsanboot --no-describe\n?$/,
  },
  'grub.cfg': {
    beginning: /^set default=\S+\nset timeout=\d+\nset hidden_timeout_quiet=/,
    beginningText: 'set default=*\nset timeout=5\nset hidden_timeout_quiet=false\n',
    // The values are on lines of their own, so that the brace is alone on the last one.
    ending: /\nmenuentry "boot_anaconda" *\{\n *\S.*\n *\S.*\n\}\n?$/,
    // Until 21.1, without the entry that anaconda needs.
    olderEnding: /^(?!set default=boot_anaconda)[\s\S]*\nmenuentry "boot_whole_disk" *\{\n *\S.*\n\}\n?$/,
  },
  'pxelinux.cfg': {
    beginning: /^default \S+\n\nlabel deploy\n/,
    beginningText: 'default *\n\nlabel deploy\n',
    ending: /\nlabel boot_anaconda\nkernel .*\nappend .*\nipappend 2\n?$/,
  },
}

/** Whether the text begins as files of Ironic's own template do, or breaks off before it could differ. */
export function beginsLikeStock(text: string, name: BootFileName): boolean {
  const { beginning, beginningText } = stockTemplates[name]
  if (beginning.test(text)) return true
  if (text.length > 200) return false
  const [before = '', after = ''] = beginningText.split('*')
  if (before.startsWith(text)) return true
  if (!text.startsWith(before)) return false
  const rest = text.slice(before.length).replace(/^\S+/, '')
  return after.startsWith(rest)
}
