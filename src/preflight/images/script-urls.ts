import { imagesOf } from '../../ipxe/lint/image-rules.ts'
import { isDynamic, parseScript } from '../../ipxe/lint/parse-script.ts'

export type UrlRole = 'kernel' | 'initrd' | 'script' | 'other'

/** A URL of a boot file, as far as it is known before a machine runs it. */
export interface ScriptUrl {
  url: string
  role: UrlRole
  line: number
  /** What the kernel is given along. */
  commandLine: string
}

const roles: Readonly<Record<string, UrlRole>> = {
  kernel: 'kernel',
  imgselect: 'kernel',
  imgload: 'kernel',
  initrd: 'initrd',
  module: 'initrd',
  chain: 'script',
  imgexec: 'script',
  boot: 'script',
}

/** All URLs of a boot file by `http(s)`, whatever loader reads it. */
export function urlsOf(fileName: string, text: string): ScriptUrl[] {
  return fileName === 'boot.ipxe' ? ipxeUrls(text) : loaderUrls(text)
}

function ipxeUrls(text: string): ScriptUrl[] {
  return imagesOf(parseScript(text)).flatMap(({ command, commandLine, line, reference: url }) =>
    /^https?:\/\//i.test(url) && !isDynamic(url)
      ? [{ url, role: roles[command] ?? 'other', line, commandLine: commandLine.join(' ') }]
      : [],
  )
}

const fetches = [
  // GRUB, whose files are called (http,host)/path.
  /(?:^|\s)(?<command>linux|linuxefi|initrd|initrdefi)\s+'?\(http,(?<host>[^)\s]+)\)(?<path>[^\s';]+)/g,
  // pxelinux.
  /^\s*(?<command>linux|kernel|initrd)\s+(?<url>https?:\/\/\S+)/gi,
  /(?:^|\s)(?<command>initrd)=(?<url>https?:\/\/[^\s,]+)/gi,
]

function loaderUrls(text: string): ScriptUrl[] {
  return text.split('\n').flatMap((content, index) =>
    fetches.flatMap((pattern) =>
      [...content.matchAll(pattern)].map(({ groups = {} }): ScriptUrl => {
        const { command = '', host, path, url } = groups
        return {
          url: url ?? `http://${host}${path}`,
          role: command.toLowerCase().startsWith('initrd') ? 'initrd' : 'kernel',
          line: index + 1,
          commandLine: '',
        }
      }),
    ),
  )
}
