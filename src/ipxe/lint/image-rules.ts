import { commandForms, parseWords } from './commands.ts'
import type { ScriptFlow } from './flow.ts'
import { isDynamic, type ScriptLine } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'
import { maxCommandLineBytes } from './text-rules.ts'

/** A file that a script has iPXE fetch, or a command line that it gives to one. */
export interface ScriptImage {
  line: number
  command: string
  /** URL or name, as the script has it. */
  reference: string
  /** What it is called from then on; undefined where that is only known when the script runs. */
  name: string | undefined
  /** Empty where it has none. */
  commandLine: readonly string[]
}

const takingImages: ReadonlySet<string> = new Set(
  'boot chain imgargs imgexec imgfetch imgload imgselect initrd kernel module sanboot shim'.split(' '),
)

/** All images that a script names, in its order. */
export function imagesOf(lines: readonly ScriptLine[]): ScriptImage[] {
  return lines.flatMap(({ commands, number: line }) =>
    commands.flatMap(({ words: [command = '', ...rest] }) => {
      const form = takingImages.has(command) ? commandForms.get(command) : undefined
      const parsed = form === undefined ? undefined : parseWords(rest, form)
      if (parsed === undefined || typeof parsed === 'string') return []
      const [reference, ...commandLine] = parsed.rest
      if (reference === undefined) return []
      const name = parsed.options.get('name') ?? reference.split(/[?#]/)[0]?.split('/').at(-1) ?? ''
      return [{ line, command, reference, name: isDynamic(name) ? undefined : name, commandLine }]
    }),
  )
}

const initrds: ReadonlySet<string> = new Set(['initrd', 'imgfetch', 'module'])
const kernels: ReadonlySet<string> = new Set(['kernel', 'imgselect', 'imgload', 'imgargs', 'chain', 'imgexec', 'boot'])

/** Kernels that are missing, and names by which kernels look for their initrds. */
export function imageProblems(lines: readonly ScriptLine[], { bootsNothing, reachable }: ScriptFlow): ScriptProblem[] {
  const images = imagesOf(lines.filter((_, index) => reachable.has(index)))
  const names = new Set(images.filter(({ command }) => initrds.has(command)).map(({ name }) => name))
  return [
    ...[...bootsNothing].map(
      (index): ScriptProblem => ({
        rule: 'no-kernel',
        severity: 'error',
        line: lines[index]?.number ?? 1,
        message: 'boots, and no kernel can have been chosen on the way here',
        remedy: 'Choose one before by kernel or imgselect, or name it in the command.',
      }),
    ),
    ...images.filter(({ command }) => kernels.has(command)).flatMap((image) => oneKernel(image, names)),
  ]
}

function oneKernel(
  { command, commandLine, line }: ScriptImage,
  names: ReadonlySet<string | undefined>,
): ScriptProblem[] {
  const problems: ScriptProblem[] = []
  const bytes = Buffer.byteLength(commandLine.join(' '))
  if (bytes > maxCommandLineBytes)
    problems.push({
      rule: 'long-command-line',
      severity: 'error',
      line,
      message: `gives the kernel ${bytes} bytes of command line, which takes ${maxCommandLineBytes}: the rest is cut off without a word`,
      remedy: 'Shorten kernel_append_params, or whatever else makes it so long.',
    })
  const wanted = commandLine.filter((word) => word.startsWith('initrd=')).map((word) => word.slice('initrd='.length))
  for (const name of wanted) {
    if (isDynamic(name) || names.has(name) || names.has(undefined) || name === 'initrd.magic') continue
    problems.push({
      rule: 'initrd-name',
      severity: names.size === 0 ? 'error' : 'warning',
      line,
      message: `initrd=${name}: ${names.size === 0 ? 'the script fetches no initrd' : `what the script fetches is called ${[...names].join(', ')}`}, and on UEFI a kernel finds it by that name only`,
      remedy: `Fetch it with initrd --name ${name}, or name in initrd= what is fetched.`,
    })
  }
  if (command !== 'imgargs' && command === 'kernel' && wanted.length === 0 && names.size > 0 && commandLine.length > 0)
    problems.push({
      rule: 'initrd-name',
      severity: 'warning',
      line,
      message: `has no initrd=, though the script fetches ${[...names].map((name) => name ?? 'one').join(', ')}: on UEFI a kernel does not find it then`,
      remedy: 'Add initrd= with the name of the initrd to the command line.',
    })
  return problems
}
