import { allCommands, type CommandShape, type OptionShape, type Values } from './command-shape.ts'

/** Completion for fish: a file called `bootring.fish` in its folder of completions. */
export function fishCompletion(root: CommandShape): string {
  const commands = allCommands(root)
  const paths = commands.filter((command) => command !== root).map(({ path }) => quoted(path))
  const lines = commands.flatMap((command) => {
    const at = `complete -c bootring -n ${quoted(`__bootring_at ${command.path}`)}`
    return [
      ...command.commands.map(({ description, name }) => `${at} -a ${quoted(name)} -d ${quoted(description)}`),
      ...command.options.map((option) => `${at} ${optionWords(option)}`),
      ...command.arguments.flatMap(({ value }) => {
        const words = valueWords(value)
        return words === '' ? [] : [`${at} ${words}`]
      }),
    ]
  })
  return `# fish completion for bootring
function __bootring_at -d 'Whether the line has come to this command'
    set -l path bootring
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if contains -- "$path $word" ${paths.join(' ')}
            set path "$path $word"
        end
    end
    test "$path" = "$argv"
end

complete -c bootring -f
${lines.join('\n')}
`
}

function optionWords({ description, flags, value }: OptionShape): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ')
  const wanted = value === undefined ? '' : ` -r ${value.kind === 'other' ? '-f' : valueWords(value)}`
  return `${names}${wanted} -d ${quoted(description)}`
}

function valueWords(value: Values): string {
  switch (value.kind) {
    case 'files':
      return '-F'
    case 'folders':
      return `-f -a '(__fish_complete_directories)'`
    case 'choices':
      return `-f -a ${quoted(value.choices.map((choice) => (choice.includes(' ') ? `"${choice}"` : choice)).join(' '))}`
    case 'other':
      return ''
  }
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`
