import { isPixiecoreAnswer, pixiecoreFileName } from '../model/boot-file-content.ts'
import type { BootLoader } from './boot-loader.ts'
import { safeWords } from './safe-value.ts'

/**
 * Pixiecore's API (README.api.md of its repository): JSON that names a kernel, an initrd and a command line. Pixiecore fetches
 * both itself and writes the command line into a script of iPXE, so whatever iPXE would misread is refused here too; before that
 * it reads the line as a template of Go's, where only `{{` means anything.
 */
export const pixiecoreLoader: BootLoader = {
  fileName: pixiecoreFileName,
  title: 'Pixiecore',
  ownTemplate: 'node.pixiecore',
  checkWords: safeWords,
  escapeWords: (words) => inJson(words.replaceAll('{{', '{{"{{"}}')),
  imagePath: (folderUrl, fileName) => inJson(`${folderUrl}/${fileName}`),
  bootsIso: false,
  laterValue: () => '',
  recognises: isPixiecoreAnswer,
  goTo: () => undefined,
}

/** As it stands between the quotes of a JSON string. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
