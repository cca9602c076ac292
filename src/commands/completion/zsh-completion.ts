import type { CommandShape, OptionShape, Values } from './command-shape.ts'

/** Completion for zsh: a file called `_bootring` in a folder of `$fpath`. */
export function zshCompletion(root: CommandShape): string {
  return `#compdef bootring
${functions(root)}
if [ "$funcstack[1]" = "_bootring" ]; then
  _bootring "$@"
else
  compdef _bootring bootring
fi
`
}

function functions(command: CommandShape): string {
  const inner = command.commands.map(functions).join('')
  const name = functionName(command)
  const specs = [...command.options.map(optionSpec), ...argumentSpecs(command)]
    .map((spec) => `    ${spec}`)
    .join(' \\\n')
  if (command.commands.length === 0)
    return `${inner}
${name}() {
  _arguments -S \\
${specs}
}
`
  return `${inner}
${name}() {
  local curcontext="$curcontext" state line
  _arguments -S -C \\
${specs} \\
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands
      commands=(
${command.commands.map(({ description, name: word }) => `        ${quoted(`${word}:${description}`)}`).join('\n')}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $words[1] in
${command.commands.map((one) => `        ${one.name}) ${functionName(one)} ;;`).join('\n')}
      esac
      ;;
  esac
}
`
}

const functionName = ({ path }: CommandShape): string => `_${path.replaceAll(/[ -]/g, '_')}`

function optionSpec({ description, flags, repeatable, value }: OptionShape): string {
  const text = description.replaceAll(/[\\[\]:]/g, '\\$&')
  const action = value === undefined ? '' : `:value:${actionOf(value)}`
  const specs = flags.map((flag) => {
    const joint = value !== undefined && flag.startsWith('--') ? '=' : ''
    return quoted(`${repeatable ? '*' : ''}${flag}${joint}[${text}]${action}`)
  })
  return specs.join(' ')
}

function argumentSpecs({ arguments: all, commands }: CommandShape): string[] {
  // The first word is a command there.
  if (commands.length > 0) return []
  return all.map(({ description, value, variadic }, index) =>
    quoted(`${variadic ? '*' : index + 1}:${description.replaceAll(/[\\:]/g, '\\$&')}:${actionOf(value)}`),
  )
}

function actionOf(value: Values): string {
  switch (value.kind) {
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'choices':
      return `(${value.choices.map((choice) => choice.replaceAll(/[^\w.,/+-]/g, '\\$&')).join(' ')})`
    case 'other':
      // No words. A blank would say so too, and keep options from being offered in that place.
      return '()'
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
