/*
 * The commands that boot scripts use (src/core/exec.c, src/image/script.c, src/hci/commands/ of iPXE's sources).
 */
import { FirmwareEnded } from './firmware-ended.ts'
import type { IpxeImage } from './ipxe-image.ts'
import { type OptionTable, type ParsedOptions, parseOptions, timeoutMs } from './ipxe-options.ts'
import { parseInteger } from './ipxe-settings.ts'
import type { IpxeShell } from './ipxe-shell.ts'

/** A command's result: why it failed, or undefined. */
export type Failure = string | undefined

/** Runs with the words after its name: why it failed, or undefined. */
export type Command = (shell: IpxeShell, words: readonly string[]) => Promise<Failure> | Failure

const noOptions: OptionTable = {}
const timeoutOption: OptionTable = { timeout: { letter: 't', value: true } }
const imageOptions: OptionTable = {
  ...timeoutOption,
  name: { letter: 'n', value: true },
  autofree: { letter: 'a', value: false },
}
const executeOptions: OptionTable = { ...imageOptions, replace: { letter: 'r', value: false } }

/** A command with so many words after its options, at least and at most. */
function command(
  table: OptionTable,
  [least, most]: [number, number],
  run: (shell: IpxeShell, words: string[], parsed: ParsedOptions) => Promise<Failure> | Failure,
): Command {
  return (shell, words) => {
    const parsed = parseOptions(words, table)
    if (typeof parsed === 'string') return shell.complain(words.join(' '), parsed)
    const { rest } = parsed
    if (rest.length < least || rest.length > most) return shell.complain(words.join(' '), 'wrong number of arguments')
    return run(shell, rest, parsed)
  }
}

const any: [number, number] = [0, Number.POSITIVE_INFINITY]
const some: [number, number] = [1, Number.POSITIVE_INFINITY]

const echo = command({ n: { letter: 'n', value: false } }, any, (shell, words) => {
  shell.print(words.join(' '))
  return undefined
})

const exit = command(noOptions, [0, 1], (shell, [code = '0']) => {
  const status = parseInteger(code)
  if (status === undefined) return shell.complain(`exit ${code}`, 'invalid integer value')
  shell.exit()
  return status === 0 ? undefined : `exit status ${status}`
})

const sleep = command(noOptions, [1, 1], (shell, [text = '']) => {
  const seconds = parseInteger(text)
  if (seconds === undefined) return shell.complain(`sleep ${text}`, 'invalid integer value')
  return shell.pause(seconds * 1000, 'sleep').then(() => undefined)
})

const prompt = command({ ...timeoutOption, key: { letter: 'k', value: true } }, any, async (shell, words, parsed) => {
  shell.print(words.join(' '))
  // Nobody presses a key, ever.
  const ms = timeoutMs(parsed)
  if (ms === undefined) return shell.complain(words.join(' '), 'invalid integer value')
  if (ms === 0) throw new FirmwareEnded({ end: 'lost', reason: 'a script waits for a key' })
  await shell.pause(ms, 'prompt')
  return 'timed out'
})

const set = command(noOptions, some, (shell, [name = '', ...value]) =>
  shell.settings.set(name, value.join(' ')) ? undefined : shell.complain(`set ${name}`, 'invalid setting'),
)

const inc = command(noOptions, [1, 2], (shell, [name = '', by = '1']) => {
  const increment = parseInteger(by)
  if (increment === undefined) return shell.complain(`inc ${name} ${by}`, 'invalid integer value')
  return shell.settings.increment(name, increment) ? undefined : shell.complain(`inc ${name}`, 'invalid setting')
})

const imgfree = command(noOptions, any, (shell, names) => {
  if (names.length === 0) {
    shell.images = []
    shell.selected = undefined
  }
  for (const name of names) {
    const image = findImage(shell, name)
    if (!image) return 'no such image'
    shell.unregister(image)
  }
  return undefined
})

/** One of the family that fetch a file and do something with it (src/hci/commands/image_cmd.c). */
function imageCommand(
  table: OptionTable,
  acquire: 'download' | 'find-or-download',
  act: (shell: IpxeShell, image: IpxeImage, parsed: ParsedOptions) => Promise<Failure> | Failure,
): Command {
  return command(table, table === executeOptions ? any : some, async (shell, [reference, ...words], parsed) => {
    const ms = timeoutMs(parsed)
    if (ms === undefined) return shell.complain(`--timeout ${parsed.options.get('timeout')}`, 'invalid integer value')
    let image = reference === undefined ? shell.selected : undefined
    // Odd, but so it is: `boot` without a kernel succeeds.
    if (reference === undefined && !image) return undefined
    if (reference !== undefined) {
      const found = acquire === 'find-or-download' ? findImage(shell, reference) : undefined
      const acquired = found ?? (await shell.download(reference, ms))
      if (typeof acquired === 'string') return acquired
      image = acquired
    }
    if (!image) return undefined
    image.name = parsed.options.get('name') ?? image.name
    if (words.length > 0) image.commandLine = words.join(' ')
    if (parsed.options.has('autofree')) image.autofree = true
    return await act(shell, image, parsed)
  })
}

const fetchImage = imageCommand(imageOptions, 'download', () => undefined)

const select = imageCommand(imageOptions, 'find-or-download', (shell, image) => {
  shell.selected = undefined
  if (image.bytes === 0) return 'exec format error'
  shell.selected = image
  return undefined
})

const execute = imageCommand(executeOptions, 'find-or-download', (shell, image, { options }) => {
  if (!options.has('replace')) return shell.execute(image)
  // Whether it is executable is looked at before the running script is given up.
  if (image.script === undefined) return shell.execute(image)
  shell.replaceBy(image)
  return undefined
})

const findImage = (shell: IpxeShell, name: string) => shell.images.find((image) => image.name === name)

/** By name. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['echo', echo],
  ['exit', exit],
  ['sleep', sleep],
  ['prompt', prompt],
  ['goto', command(noOptions, [1, 1], (shell, [label = '']) => shell.goto(label))],
  ['isset', command(noOptions, [1, 1], (_, [value]) => (value === '' ? 'not set' : undefined))],
  ['iseq', command(noOptions, [2, 2], (_, [one, other]) => (one === other ? undefined : 'not equal'))],
  ['set', set],
  ['clear', command(noOptions, [1, 1], (shell, [name = '']) => (shell.settings.set(name, '') ? undefined : 'invalid'))],
  ['inc', inc],
  ['imgfree', imgfree],
  ['imgstat', command(noOptions, any, () => undefined)],
  ['imgfetch', fetchImage],
  ['module', fetchImage],
  ['initrd', fetchImage],
  ['kernel', select],
  ['imgselect', select],
  ['imgload', select],
  ['imgexec', execute],
  ['chain', execute],
  ['boot', execute],
  [
    'reboot',
    () => {
      throw new FirmwareEnded({ end: 'rebooted' })
    },
  ],
  // Neither block devices nor ISO files are simulated.
  ['sanboot', (shell, words) => shell.complain(`sanboot ${words.join(' ')}`, 'not simulated: fails')],
])
