import { isPxelinuxConfig } from '../model/boot-file-content.ts'
import type { BootLoader } from './boot-loader.ts'
import { safeText } from './safe-value.ts'

/** pxelinux takes a line to its end as it is. It fetches URLs where it is lpxelinux.0. */
export const pxelinuxLoader: BootLoader = {
  fileName: 'pxelinux.cfg',
  title: 'pxelinux',
  ownTemplate: 'node.pxelinux',
  checkWords: safeText,
  escapeWords: (words) => words,
  imagePath: (folderUrl, fileName) => `${folderUrl}/${fileName}`,
  bootsIso: false,
  laterValue: (name) => `{{ ${name} }}`,
  recognises: isPxelinuxConfig,
  goTo(label, text) {
    if (!new RegExp(`^label ${label}$`, 'm').test(text)) return undefined
    return text.replace(/^default .*$/gm, `default ${label}`)
  },
}
