import { sections } from './config.ts'
import { formatValue } from './format-value.ts'
import type { Option, Section } from './option.ts'
import { describeType } from './parse-value.ts'

const lineWidth = 100

/** A configuration file with every option in it, commented out, at its default; `<None>` where it has none. */
export function renderSample(): string {
  return Object.entries<Section>(sections)
    .map(([group, section]) => {
      const options = Object.entries(section).map(([name, option]) => renderOption(group, name, option))
      return [`[${group}]\n`, ...options].join('\n')
    })
    .join('\n')
}

function renderOption(group: string, name: string, option: Option<unknown>): string {
  const type = `${describeType(option.type)}${option.unit === undefined ? '' : `, in ${option.unit}`}`
  const comments = [
    ...wrap(option.help, lineWidth),
    ...wrap(`Takes ${type}.`, lineWidth),
    ...(option.secret === true ? ['Secret: never printed.'] : []),
    ...(option.deprecatedNames ?? []).map((path) => `Deprecated name: ${formatDeprecatedName(group, path)}`),
  ]
  const text = option.default === undefined ? '<None>' : formatValue(option.default)
  return `${comments.map((line) => `# ${line}\n`).join('')}#${`${name} = ${text}`.trimEnd()}\n`
}

/** `group/name`, or `name` in the same group, as `[group]name`. */
export function formatDeprecatedName(group: string, path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? `[${group}]${path}` : `[${path.slice(0, slash)}]${path.slice(slash + 1)}`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width - 2) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
