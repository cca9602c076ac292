import type { Command } from 'commander'
import { examplesOf } from '../src/commands/examples.ts'
import { program } from '../src/commands/program.ts'

const introduction = `# Commands

<!-- Made by \`node tools/reference.ts\`. Edit src/commands/ instead. -->

\`bootring --help\` shows the commands, \`bootring <command> --help\` the options of one. Commands print what was asked for on
standard output, and everything else on standard error. The exit code is 0 when all is well, and 1 when something failed, when
\`config check\` found a problem, when \`preflight\` found an error (with \`--strict\`, a warning), when \`explain\` found that the machine would not get its file, when \`render\` could
make no script, or when \`conductor drain\` left nodes behind; 3 when another conductor has taken the name.

Nearly every command takes \`--config-file\`. [Options](options.md) says what such a file may hold, and how environment
variables stand in for it.

At a terminal, tables are cut to its width (what is cut ends in \`…\`), and colours and the progress of long work show; in a file or a pipe everything is there in full and plain.
\`NO_COLOR\` turns colours off, \`FORCE_COLOR\` turns them on elsewhere as well. Control characters in names and the like are shown escaped. There are [man pages and completion](../packaging.md#systemd) for the shells.
`

const jsonOutput = `
## What --json prints

One document on standard output, for programs. Keys may be added in later releases.

| command | keys |
|---|---|
| \`apply\` | \`dry_run\`; \`created\`, \`changed\`, \`unchanged\`, \`removed\`: lists of \`{uuid, name}\`, those changed also with \`fields\` |
| \`config check\` | \`files\`, \`options_set\`; \`problems\`, \`warnings\`: lists of \`{file, line, group, option, value, expected, message}\`, as far as known |
| \`ring\` | \`conductors\`: \`{hostname, conductor_group, alive, draining, nodes}\`; \`nodes\`: \`{uuid, name, ring, owner, order}\`, where \`order\` has all conductors, owner first |
| \`conductor drain\` | \`conductor\`; \`outcome\`: \`drained\`, \`cancelled\`, \`timeout\` or \`interrupted\`; \`handed_over\`, \`left\`: numbers of nodes; \`seconds\` |
| \`explain\` | \`mac\`, \`name\`; \`outcome\`: \`served\`, \`refused\` (404) or \`unavailable\` (503); \`code\`, \`reason\`, \`remedy\`; \`port\`, \`node\`, \`ring\`, \`attempts\`; \`conductor\`, \`script\`. What the decision did not get to is null; \`boots\`: its last boots |
| \`boots\` | \`boots\`, newest first: \`id\`, \`node_uuid\`, \`node_name\`, \`mac\`, \`client\`, \`begun_at\`, \`last_at\` (milliseconds since 1970), \`verdict\`, \`code\`, \`reason\`, \`remedy\`, \`notes\`, \`owner\`, \`conductor\`, \`steps\`; \`next\`: the id where older ones begin, or null. With \`--follow\` one boot a line |
| \`preflight\` | \`checks\`: names; \`nodes\`: how many were looked at; \`counts\` by severity; \`findings\`: a list of \`{check, severity, node, conductor, file, line, message, remedy}\` |
| \`render\` | \`node\`: \`{uuid, name}\`; \`scripts\`: a list of \`{state, name, script, error}\`. With \`--diff\`: \`changes\`: a list of \`{diff, nodes}\`; \`unchanged\`, \`without\`: numbers of nodes |
`

/** The reference page of all commands, in Markdown, made from what \`--help\` prints. */
export async function commandsReference(): Promise<string> {
  return `${introduction}${(await program(undefined)).commands.map((command) => section(command, 'bootring')).join('')}${jsonOutput}`
}

function section(command: Command, parent: string): string {
  const name = `${parent} ${command.name()}`
  const inner = command.commands.map((one) => section(one, name)).join('')
  // Those that do nothing by themselves take no options.
  if (inner !== '' && command.options.length === 0) return inner
  const help = command.createHelp()
  const usage = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  const rows = [
    ...command.registeredArguments.map((argument) => [argument.name(), help.argumentDescription(argument)]),
    ...command.options.map((option) => [option.flags, help.optionDescription(option)]),
  ]
  const table = rows.map(([term, meaning]) => `| \`${term}\` | ${escaped(meaning ?? '')} |\n`).join('')
  return `
## ${name}

${sentence(command.description())}

    ${[name, ...usage].join(' ')}${command.options.length > 0 ? ' [options]' : ''}
${rows.length > 0 ? `\n| argument or option | meaning |\n|---|---|\n${table}` : ''}${examples(command)}${inner}`
}

function examples(command: Command): string {
  const lines = examplesOf(command).flatMap(({ call, meaning }) => [`    # ${meaning}`, `    ${call}`])
  return lines.length > 0 ? `\nExamples:\n\n${lines.join('\n')}\n` : ''
}

const sentence = (text: string) => `${escaped(text.charAt(0).toUpperCase() + text.slice(1))}.`

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('*', '\\*')
