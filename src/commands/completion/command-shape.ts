import type { Argument, Command, Option } from 'commander'

/** What may stand in a place of the command line. */
export type Values =
  | { kind: 'files' | 'folders' }
  | { kind: 'choices'; choices: readonly string[] }
  /** Whatever it is, no shell knows it. */
  | { kind: 'other' }

export interface OptionShape {
  /** As it is written: `--config-file`, and `-c` where it has a short form. */
  flags: readonly string[]
  description: string
  /** Of the word after it; undefined for switches. */
  value: Values | undefined
  repeatable: boolean
}

/** One command, as far as a shell has to know it. */
export interface CommandShape {
  /** `bootring config check` */
  path: string
  name: string
  description: string
  options: readonly OptionShape[]
  arguments: readonly { description: string; value: Values; variadic: boolean }[]
  commands: readonly CommandShape[]
}

const help: OptionShape = { flags: ['--help'], description: 'display help', value: undefined, repeatable: false }

/** The tree of commands below this one, from their own definitions. */
export function commandShape(command: Command, parentPath = ''): CommandShape {
  const path = `${parentPath}${command.name()}`
  return {
    path,
    name: command.name(),
    description: brief(command.description()),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionShape), help],
    arguments: command.registeredArguments.map((argument) => ({
      description: brief(argument.description),
      value: values(argument.name(), argument),
      variadic: argument.variadic,
    })),
    commands: command.commands.map((inner) => commandShape(inner, `${path} `)),
  }
}

/** This command, and all below it. */
export function allCommands(shape: CommandShape): CommandShape[] {
  return [shape, ...shape.commands.flatMap(allCommands)]
}

function optionShape(option: Option): OptionShape {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]
  return {
    flags: [option.long, option.short].filter((flag) => flag !== undefined),
    description: brief(option.description),
    value: placeholder === undefined ? undefined : values(placeholder, option),
    // Those that collect what they are given; choices have a function of commander's.
    repeatable: option.variadic || (option.parseArg !== undefined && option.argChoices === undefined),
  }
}

/** A list of completions has one line for each. */
const brief = (text: string): string => text.split(/; | \(|: /)[0] ?? ''

/** By the choices, and else by how the definition calls what it wants. */
function values(name: string, { argChoices }: Pick<Option | Argument, 'argChoices'>): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices }
  if (/\b(?:file|path)$/.test(name)) return { kind: 'files' }
  return /\bfolder$/.test(name) ? { kind: 'folders' } : { kind: 'other' }
}
