import { allCommands, type CommandShape, type Values } from './command-shape.ts'

/**
 * Completion for bash from 3.2 on, without the package bash-completion. It goes along the line to see which command it has come to; bash splits words at `=` and `:`, so
 * that those are taken together again.
 */
export function bashCompletion(root: CommandShape): string {
  const commands = allCommands(root)
  const paths = commands.filter((command) => command !== root).map(({ path }) => `"${path}"`)
  const valued = commands.flatMap(({ options, path }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : flags.map((flag) => ({ at: `"${path} ${flag}"`, value })),
    ),
  )
  const positions = commands.flatMap(({ arguments: all, path }) =>
    all.map(({ value, variadic }, index) => ({ at: variadic ? `"${path} "*` : `"${path} ${index}"`, value })),
  )
  return `# bash completion for bootring: source this, or put it where bash-completion looks, as "bootring".
_bootring() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="bootring" option="" joined="" position=0 kind="" words="" index word
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ $word == ":" ]]; then joined=1; continue; fi
    if [[ -n $joined ]]; then joined=""; continue; fi
    if [[ -n $option ]]; then
      if [[ $word != "=" ]]; then option=""; fi
      continue
    fi
    case "$command $word" in
      ${paths.join(' | ')}) command="$command $word" ;;
      ${valued.map(({ at }) => at).join(' | ')}) option="$word" ;;
      "$command -"*) ;;
      *) position=$((position + 1)) ;;
    esac
  done
  if [[ $current == "=" ]]; then current=""; fi
  if [[ -n $option ]]; then
    case "$command $option" in
${cases(valued)}
    esac
  elif [[ $current == -* ]]; then
    case "$command" in
${commands.map(({ options, path }) => `      "${path}") ${wordList(options.flatMap(({ flags }) => flags))} ;;`).join('\n')}
    esac
  else
    case "$command" in
${commands
  .filter((command) => command.commands.length > 0)
  .map(({ commands: inner, path }) => `      "${path}") ${wordList(inner.map(({ name }) => name))} ;;`)
  .join('\n')}
    esac
    case "$command $position" in
${cases(positions)}
    esac
  fi
  if [[ -n $kind ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$kind" -- "$current")
  elif [[ -n $words ]]; then
    while IFS= read -r word; do
      if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
    done <<< "$words"
  fi
}
complete -F _bootring bootring
`
}

function cases(places: readonly { at: string; value: Values }[]): string {
  const lines = places.flatMap(({ at, value }) => {
    const found = wordsFor(value)
    return found === undefined ? [] : [`      ${at}) ${found} ;;`]
  })
  return lines.join('\n')
}

function wordsFor(value: Values): string | undefined {
  switch (value.kind) {
    case 'files':
      return 'kind="-f"'
    case 'folders':
      return 'kind="-d"'
    case 'choices':
      return wordList(value.choices)
    case 'other':
      return undefined
  }
}

/** One a line, each as it has to be typed: some have blanks. */
function wordList(words: readonly string[]): string {
  const typed = words.map((word) => word.replaceAll(/[^\w.,:/+-]/g, '\\$&'))
  return `words='${typed.join('\n').replaceAll("'", `'\\''`)}'`
}
