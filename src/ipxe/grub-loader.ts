import { isGrubConfig } from '../model/boot-file-content.ts'
import { BootringError } from '../model/errors.ts'
import type { BootLoader } from './boot-loader.ts'
import { safeText } from './safe-value.ts'

/** Words that GRUB's shell takes as they are. */
const plainWord = /^[A-Za-z0-9_=.,:/@%+()-]*$/

export const grubLoader: BootLoader = {
  fileName: 'grub.cfg',
  title: 'GRUB',
  ownTemplate: 'node.grub',
  checkWords(field, value) {
    const text = safeText(field, value)
    // Escaped for its shell, GRUB would escape them once more for the kernel, which knows no escapes.
    const bad = /['"\\]/.exec(text)?.[0]
    if (bad !== undefined)
      throw new BootringError('TemplateFailed', `${field} holds ${bad}, which GRUB can't hand on to a kernel as it is`)
    return text
  },
  escapeWords: (words) => words.split(' ').map(grubWord).join(' '),
  imagePath: (folderUrl, fileName) => grubPath(`${folderUrl}/${fileName}`, '[deploy]http_url'),
  bootsIso: false,
  // GRUB takes braces for its own.
  laterValue: (name) => `(( ${name} ))`,
  recognises: isGrubConfig,
  goTo(label, text) {
    if (!new RegExp(`^[ \\t]*menuentry[ \\t]+["']?${label}["']?[ \\t]`, 'm').test(text)) return undefined
    return text.replace(/^((?:set )?default)=.*$/gm, `$1=${label}`)
  },
}

/** Text without quotes, as one word of GRUB's shell that stands for exactly itself. */
const grubWord = (word: string): string => (plainWord.test(word) ? word : `'${word}'`)

/** What GRUB calls the file of a URL, as a word of its shell. `field` says where the URL is from. Throws `TemplateFailed`. */
export function grubPath(url: string, field: string): string {
  const { host, protocol } = new URL(url)
  // Not the parsed path: it would have other escapes.
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2))
  if (protocol !== 'http:') throw new BootringError('TemplateFailed', `${field}: GRUB knows http only, not ${protocol}`)
  return grubWord(grubLoader.checkWords(field, `(http,${host})${path}`))
}
