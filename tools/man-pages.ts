/* Makes man pages of all commands from their definitions. Run: node tools/man-pages.ts <folder> */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { examplesOf } from '../src/commands/examples.ts'
import { program } from '../src/commands/program.ts'

const exitStatus = `.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
Something failed, or what was looked at is not as it should be.
`

/** Of those that run a conductor. */
const replaced = `.TP
.B 3
Another conductor has taken this one's name; it must not be started again by itself.
`

const files = `.SH FILES
.TP
.I /etc/bootring/bootring.conf
Options, where no other file is named.
`

const environment = `.SH ENVIRONMENT
`

const optionsInEnvironment = `.TP
.BI OS_ GROUP __ OPTION
Stands in for an option of the configuration.
`

const colours = `.TP
.B NO_COLOR
No colours, whatever the terminal.
.TP
.B FORCE_COLOR
Colours in files and pipes as well.
`

/** The pages by file name: `bootring.1`, and one for each command that does something. */
async function manPages(): Promise<Map<string, string>> {
  const root = await program(undefined)
  const commands = working(root)
  const names = commands.map(({ path }) => pageName(path))
  const pages = new Map([['bootring.1', rootPage(root, commands)]])
  for (const one of commands) pages.set(`${pageName(one.path)}.1`, page(one, ['bootring', ...names]))
  return pages
}

interface Named {
  command: Command
  /** `bootring config check` */
  path: string
}

/** Those that only hold others do nothing by themselves, and have no options. */
function working(parent: Command, path = parent.name()): Named[] {
  return parent.commands.flatMap((command) => {
    const own = { command, path: `${path} ${command.name()}` }
    const inner = working(command, own.path)
    return inner.length > 0 && command.options.length === 0 ? inner : [own, ...inner]
  })
}

const pageName = (path: string): string => path.replaceAll(' ', '-')

function rootPage(root: Command, commands: readonly Named[]): string {
  const list = commands.map(
    ({ command, path }) => `.TP
.B ${escaped(path)}
${sentence(command.description())}
See
.BR ${escaped(pageName(path))} (1).
`,
  )
  return `${head('bootring', lowered(root.description()), root.version())}.SH SYNOPSIS
.B bootring
.I command
.RI [ argument "]... [" option ]...
.SH DESCRIPTION
${sentence(root.description())}
It implements the boot configuration API of OpenStack Ironic, and is run in its place or beside it.
.SH COMMANDS
${list.join('')}.SH OPTIONS
${options(root)}${exitStatus}${replaced}${files}${environment}${optionsInEnvironment}${colours}`
}

function page({ command, path }: Named, others: readonly string[]): string {
  const help = command.createHelp()
  const usage = command.registeredArguments.map((argument) => {
    const name = escaped(argument.name())
    const dots = argument.variadic ? '...' : ''
    return argument.required ? `.I ${name}${dots}\n` : `.RI [ ${name} ]${dots}\n`
  })
  const meanings = command.registeredArguments.map(
    (argument) => `.TP\n.I ${escaped(argument.name())}\n${sentence(help.argumentDescription(argument))}\n`,
  )
  const own = pageName(path)
  const parent = own.replace(/-[^-]+$/, '')
  const related = others.filter(
    (name) =>
      name === 'bootring' ||
      name === parent ||
      name.startsWith(`${own}-`) ||
      (parent !== 'bootring' && name !== own && name.startsWith(`${parent}-`)),
  )
  const configured = command.options.some(({ long }) => long === '--config-file')
  return `${head(pageName(path), command.description(), undefined)}.SH SYNOPSIS
.B ${escaped(path)}
${usage.join('')}.RI [ option ]...
.SH DESCRIPTION
${sentence(command.description())}
${meanings.length > 0 ? `.SH ARGUMENTS\n${meanings.join('')}` : ''}.SH OPTIONS
${options(command)}${exitStatus}${['conductor', 'serve'].includes(command.name()) ? replaced : ''}${configured ? files : ''}${environment}${configured ? optionsInEnvironment : ''}${colours}${examples(command)}.SH SEE ALSO
${related.map((name) => `.BR ${escaped(name)} (1)`).join(',\n')}
`
}

function examples(command: Command): string {
  // Not filled, as they are typed.
  const all = examplesOf(command).map(
    ({ call, meaning }) => `.PP\n${sentence(meaning)}\n.PP\n.RS 4\n.nf\n${escaped(call)}\n.fi\n.RE\n`,
  )
  return all.length > 0 ? `.SH EXAMPLES\n${all.join('')}` : ''
}

function head(name: string, description: string, version: string | undefined): string {
  const source = version === undefined ? 'bootring' : `bootring ${version}`
  return `.\\" Made by tools/man-pages.ts.
.TH ${name.toUpperCase()} 1 "" "${source}" "User Commands"
.nh
.ad l
.SH NAME
${escaped(name)} \\- ${escaped(firstClause(description))}
`
}

function options(command: Command): string {
  const help = command.createHelp()
  const rows = [
    ...command.options.filter(({ hidden }) => !hidden).map((option) => [option.flags, help.optionDescription(option)]),
    ['-h, --help', 'display help'],
  ]
  return rows.map(([flags = '', meaning = '']) => `.TP\n.B ${escaped(flags)}\n${sentence(meaning)}\n`).join('')
}

const firstClause = (text: string): string => (text.split(/; |: /)[0] ?? '').replace(/\.$/, '')

const lowered = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`

const sentence = (text: string): string =>
  escaped(`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`)

/** As roff shows it: its own characters escaped, and those that it would make typographic. */
function escaped(text: string): string {
  return (
    text
      .replaceAll('\\', '\\e')
      .replaceAll('-', '\\-')
      .replaceAll("'", '\\(aq')
      .replaceAll('`', '\\(ga')
      .replaceAll('^', '\\(ha')
      .replaceAll('~', '\\(ti')
      .replaceAll('"', '\\(dq')
      .replaceAll(
        /[^ -~\n]/gu,
        (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
      )
      .replaceAll(/^\./gm, '\\&.')
      // Longer than a narrow terminal's line: they may be broken where a reader would.
      .replaceAll(/\S{30,}/g, (word) => word.replaceAll(word.includes('][') ? /\](?=\[)/g : /[,/=](?=.)/g, '$&\\:'))
  )
}

/** As package.json has to list them: of a folder npm would link none. */
export async function manPageFiles(): Promise<string[]> {
  return [...(await manPages()).keys()].map((file) => `./dist/man/${file}`)
}

export async function writeManPages(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of await manPages()) writeFileSync(join(folder, file), text)
}

const [, script, folder] = process.argv
if (script === import.meta.filename && folder !== undefined) await writeManPages(folder)
