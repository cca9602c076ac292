/*
 * The commands of iPXE's scripts. Source: COMMAND () and COMMAND_DESC () in src/hci, src/image/script.c, src/core/exec.c and
 * src/arch/x86/hci, options in src/config/general.h, dates from the sources' history; read in August 2026.
 */

/** An option by its long name: its letter, and whether a value follows it. */
type Options = Readonly<Record<string, readonly [letter: string, takesValue: boolean]>>

export interface CommandForm {
  options: Options
  /** How many words may follow the options. */
  least: number
  most: number
  /** What has to be defined when iPXE is built, where builds leave it out by default. */
  buildOption?: string
  /** Builds from before this year do not know the command. */
  since?: number
}

const any = Number.POSITIVE_INFINITY
const none: Options = {}
const timeout: Options = { timeout: ['t', true] }
const quiet: Options = { quiet: ['q', false] }
const keep: Options = { keep: ['k', false] }
const oneImage: Options = { name: ['n', true], ...timeout, ...quiet, autofree: ['a', false] }
const execute: Options = { ...oneImage, replace: ['r', false] }
const menu: Options = { name: ['n', true], delete: ['d', false] }
const certificates: Options = { subject: ['s', true], ...keep }
const drive: Options = { drive: ['d', true] }
const hook: Options = { ...drive, 'no-describe': ['n', false] }
const sanboot: Options = {
  ...hook,
  ...keep,
  filename: ['f', true],
  extra: ['e', true],
  label: ['l', true],
  uuid: ['u', true],
}
const shim: Options = {
  ...timeout,
  ...quiet,
  'require-loader': ['l', false],
  'allow-pxe': ['p', false],
  'allow-sbat': ['s', false],
}
const console: Options = {
  x: ['x', true],
  y: ['y', true],
  left: ['l', true],
  right: ['r', true],
  top: ['t', true],
  bottom: ['b', true],
  depth: ['d', true],
  picture: ['p', true],
  ...keep,
}
const item: Options = {
  menu: ['m', true],
  form: ['f', true],
  key: ['k', true],
  default: ['d', false],
  secret: ['s', false],
  gap: ['g', false],
}
const choose: Options = { menu: ['m', true], default: ['d', true], ...timeout, retimeout: ['r', true], ...keep }
const configure: Options = { configurator: ['c', true], ...timeout }
const ping: Options = { size: ['s', true], ...timeout, count: ['c', true], ...quiet }

function form(
  options: Options,
  least: number,
  most: number,
  further: Pick<CommandForm, 'buildOption' | 'since'> = {},
): CommandForm {
  return { options, least, most, ...further }
}

export const commandForms: ReadonlyMap<string, CommandForm> = new Map([
  ['autoboot', form(none, 0, any)],
  ['boot', form(execute, 0, any)],
  ['certfree', form(certificates, 0, any, { since: 2016 })],
  ['certstat', form(certificates, 0, any, { since: 2016 })],
  ['certstore', form(certificates, 0, any, { since: 2016 })],
  ['chain', form(execute, 0, any)],
  ['choose', form(choose, 1, 1)],
  ['clear', form(none, 1, 1)],
  ['colour', form({ basic: ['b', true], rgb: ['r', true] }, 1, 1)],
  ['config', form(none, 0, 1)],
  ['console', form(console, 0, 0)],
  ['cpair', form({ foreground: ['f', true], background: ['b', true] }, 1, 1)],
  ['cpuid', form({ ext: ['e', false], amd: ['a', false], ecx: ['c', false] }, 1, 1)],
  ['dhcp', form(configure, 0, any)],
  ['echo', form({ n: ['n', false] }, 0, any)],
  ['exit', form(none, 0, 1)],
  ['fcels', form({ port: ['p', true], id: ['i', true] }, 1, 1)],
  ['fcstat', form(none, 0, 0)],
  ['fdt', form({ ...timeout, ...quiet }, 0, 1, { since: 2025 })],
  ['form', form(menu, 0, any, { since: 2024 })],
  ['gdbstub', form(none, 1, any, { buildOption: 'GDBSERIAL or GDBUDP' })],
  ['goto', form(none, 1, 1)],
  ['ibstat', form(none, 0, 0)],
  ['ifclose', form(none, 0, any)],
  ['ifconf', form(configure, 0, any)],
  ['iflinkwait', form(timeout, 0, any, { since: 2021 })],
  ['ifopen', form(none, 0, any)],
  ['ifstat', form(none, 0, any)],
  ['imgargs', form(oneImage, 1, any)],
  [
    'imgdecrypt',
    form({ name: ['n', true], ...keep, ...timeout, ...quiet }, 2, 2, { buildOption: 'IMAGE_CRYPT_CMD', since: 2024 }),
  ],
  ['imgexec', form(execute, 0, any)],
  ['imgextract', form({ name: ['n', true], ...keep, ...timeout, ...quiet }, 1, 1, { since: 2021 })],
  ['imgfetch', form(oneImage, 1, any)],
  ['imgfree', form(none, 0, any)],
  ['imgload', form(oneImage, 1, any)],
  ['imgmem', form({ name: ['n', true] }, 2, 2, { buildOption: 'IMAGE_MEM_CMD', since: 2021 })],
  ['imgselect', form(oneImage, 1, any)],
  ['imgset', form({ ...keep, ...timeout, ...quiet }, 2, 2, { since: 2026 })],
  ['imgstat', form(none, 0, any)],
  ['imgtrust', form({ allow: ['a', false], permanent: ['p', false] }, 0, 0, { buildOption: 'IMAGE_TRUST_CMD' })],
  ['imgverify', form({ signer: ['s', true], ...keep, ...timeout, ...quiet }, 2, 2, { buildOption: 'IMAGE_TRUST_CMD' })],
  ['inc', form(none, 1, 2)],
  ['initrd', form(oneImage, 1, any)],
  ['ipstat', form(none, 0, 0, { buildOption: 'IPSTAT_CMD' })],
  ['iseq', form(none, 2, 2)],
  ['isset', form(none, 1, 1)],
  ['item', form(item, 0, any)],
  ['iwlist', form(none, 0, any)],
  ['iwstat', form(none, 0, any)],
  ['kernel', form(oneImage, 1, any)],
  ['login', form(none, 0, 0)],
  ['lotest', form({ mtu: ['m', true], broadcast: ['b', false] }, 2, 2, { buildOption: 'LOTEST_CMD' })],
  ['md5sum', form({ set: ['s', true] }, 1, any)],
  ['menu', form(menu, 0, any)],
  ['module', form(oneImage, 1, any)],
  ['nslookup', form(none, 2, 2, { buildOption: 'NSLOOKUP_CMD' })],
  ['nstat', form(none, 0, 0, { buildOption: 'NEIGHBOUR_CMD' })],
  ['ntp', form(none, 1, 1, { since: 2016 })],
  ['param', form({ params: ['p', true], header: ['H', false] }, 1, any)],
  ['params', form({ name: ['n', true], method: ['m', true], delete: ['d', false] }, 0, 0)],
  ['pciscan', form(none, 1, 1)],
  ['ping', form(ping, 1, 1, { buildOption: 'PING_CMD' })],
  ['poweroff', form(none, 0, 0)],
  ['present', form({ form: ['f', true], ...keep }, 0, 0, { since: 2024 })],
  ['profstat', form(none, 0, 0, { buildOption: 'PROFSTAT_CMD' })],
  ['prompt', form({ key: ['k', true], ...timeout }, 0, any)],
  ['pxebs', form(none, 2, 2)],
  ['read', form(none, 1, 1)],
  ['reboot', form({ warm: ['w', false], setup: ['s', false] }, 0, 0)],
  ['route', form(none, 0, 0)],
  ['sanboot', form(sanboot, 0, any)],
  ['sanhook', form(hook, 1, any)],
  ['sanunhook', form(drive, 0, 0)],
  ['set', form(timeout, 1, any)],
  ['sha1sum', form({ set: ['s', true] }, 1, any)],
  ['shell', form(none, 0, 0)],
  ['shim', form(shim, 0, 1, { since: 2023 })],
  ['show', form(quiet, 1, 1)],
  ['sleep', form(none, 1, 1)],
  ['startpxe', form(none, 0, any, { buildOption: 'PXE_CMD' })],
  ['stoppxe', form(none, 0, 0, { buildOption: 'PXE_CMD' })],
  ['sync', form(timeout, 0, 0)],
  ['time', form(none, 1, any, { buildOption: 'TIME_CMD' })],
  ['usbscan', form(none, 1, 1, { since: 2024 })],
  ['vcreate', form({ tag: ['t', true], priority: ['p', true] }, 1, 1)],
  ['vdestroy', form(none, 1, 1)],
])

/** A command's words parted: what it is given, and what its options say. */
export interface ParsedWords {
  /** Values of options by long name; of those without one, an empty text. */
  options: ReadonlyMap<string, string>
  rest: readonly string[]
}

/** As iPXE parses them (src/core/getopt.c): options end with the first other word. A text says what is wrong. */
export function parseWords(words: readonly string[], { least, most, options }: CommandForm): ParsedWords | string {
  const known: Options = { ...options, help: ['h', false] }
  const found = new Map<string, string>()
  let index = 0
  for (; index < words.length; index += 1) {
    const word = words[index] as string
    // Words whose first letters are only known when the script runs are taken for what they look like.
    if (!word.startsWith('-') || word === '-') break
    if (word === '--') {
      index += 1
      break
    }
    const name = word.startsWith('--')
      ? word.slice(2).split('=')[0]
      : Object.keys(known).find((long) => known[long]?.[0] === word[1])
    const option = name === undefined || !Object.hasOwn(known, name) ? undefined : known[name]
    if (name === undefined || option === undefined) return `knows no option ${word}`
    const attached = word.startsWith('--') ? word.split(/=(.*)/s)[1] : word.slice(2) || undefined
    if (!option[1]) {
      if (attached !== undefined && word.startsWith('--')) return `takes no value for its option ${word}`
      found.set(name, '')
      continue
    }
    const value = attached ?? words[++index]
    if (value === undefined) return `wants a value for its option ${word}`
    found.set(name, value)
  }
  const rest = words.slice(index)
  if (found.has('help')) return { options: found, rest }
  if (rest.length < least) return `wants ${least === most ? '' : 'at least '}${least} words, and has ${rest.length}`
  if (rest.length > most) return `takes ${most === 0 ? 'no words' : `${most} words at most`}, and has ${rest.length}`
  return { options: found, rest }
}
