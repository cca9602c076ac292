import type { BootLoader } from './boot-loader.ts'
import { safeWords } from './safe-value.ts'

export const ipxeLoader: BootLoader = {
  fileName: 'boot.ipxe',
  title: 'iPXE',
  ownTemplate: 'node.ipxe',
  checkWords: safeWords,
  escapeWords: (words) => words,
  imagePath: (folderUrl, fileName) => `${folderUrl}/${fileName}`,
  bootsIso: true,
  laterValue: (name) => `{{ ${name} }}`,
  // Templates may be for other dialects of iPXE as well.
  recognises: (text) => text.startsWith('#!ipxe'),
  goTo(label, text) {
    const lines = text.split('\n')
    if (!lines.some((line) => line.trimEnd() === `:${label}`)) return undefined
    return lines.map((line) => (line.startsWith('goto ') ? `goto ${label}` : line)).join('\n')
  },
}
