import { sections } from './config.ts'
import { formatValue } from './format-value.ts'
import type { Option, Section } from './option.ts'
import { describeType } from './parse-value.ts'
import { formatDeprecatedName } from './sample.ts'

const introduction = `# Options

<!-- Made by \`bootring config reference\`. Edit the options in src/config/sections/ instead. -->

Options are read from the files that \`--config-file\` names and from the \`*.conf\` of the folders that \`--config-dir\` names, in
sorted order. Both may be given several times; they count in the order of the command line, and later files win. Their form is
the INI of oslo.config. Without any, \`/etc/bootring/bootring.conf\` is read, if it is there. An environment variable
\`OS_<GROUP>__<OPTION>\`, in capitals, wins over the files: \`OS_API__PORT=6386\`. \`$name\` and \`\${group.name}\` stand for the
value of another option; \`$$\` is a plain dollar sign.

Names, groups and defaults are Ironic's wherever Ironic has the option, so that its \`ironic.conf\` may be given as it is: options
that only Ironic knows are skipped. \`[bootring]\` is ours alone, and an unknown option there is an error.

**Attached** (\`--attached\`, or \`[bootring]mode = attached\` in the environment or in one of those files), Ironic's own files are
read before them: \`/usr/share/ironic/ironic-dist.conf\` and \`/etc/ironic/ironic.conf\` unless a \`--config-file\` is given, then
\`/etc/ironic/ironic.conf.d/*.conf\` unless a \`--config-dir\` is. This is oslo.config's rule: the \`--config-file\` and \`--config-dir\` of
Ironic's command line lead to what Ironic reads. \`IRONIC_CONFIG_FILE\` and \`IRONIC_CONFIG_DIR\` in the environment name other places, as
they do for Ironic. Options that bootring is to see otherwise than Ironic go into \`/etc/bootring/bootring.conf\`, which is read last. Nothing
that Ironic accepts is refused: where bootring has no use for an option, its value is not judged.

\`bootring config check\` says what is wrong in a file, \`bootring config sample\` prints one with every option in it.
`

/** The page docs/reference/options.md, in Markdown. */
export function renderReference(): string {
  const groups = Object.entries<Section>(sections).map(([group, section]) => {
    const rows = Object.entries(section).map(([name, option]) => renderRow(group, name, option))
    return `## [${group}]\n\n| option | takes | default | meaning |\n|---|---|---|---|\n${rows.join('')}`
  })
  return [introduction, ...groups].join('\n')
}

function renderRow(group: string, name: string, option: Option<unknown>): string {
  const type = `${describeType(option.type)}${option.unit === undefined ? '' : `, in ${option.unit}`}`
  const meaning = [
    option.help,
    ...(option.standaloneOnly === true ? ['Attached: not used.'] : []),
    ...(option.attached === undefined ? [] : [`Attached: ${describeType(option.attached.type)}, as Ironic has it.`]),
    ...(option.fallbackName === undefined
      ? []
      : [`Default: what \`${formatDeprecatedName(group, option.fallbackName)}\` says.`]),
    ...(option.secret === true ? ['Secret: never printed.'] : []),
    ...(option.deprecatedNames ?? []).map((path) => `Deprecated name: \`${formatDeprecatedName(group, path)}\`.`),
  ].join(' ')
  return `| ${[`\`${name}\``, escapeCell(type), renderDefault(option.default), escapeCell(meaning)].join(' | ')} |\n`
}

function renderDefault(value: unknown): string {
  if (value === undefined) return 'none'
  const text = formatValue(value)
  return text === '' ? 'empty' : `\`${escapeCell(text)}\``
}

/** A bar would end the cell; `<name>` outside of code would be taken for HTML. */
function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<')
}
