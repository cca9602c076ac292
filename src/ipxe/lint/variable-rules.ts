import { commandForms, parseWords } from './commands.ts'
import { isDynamic, type ScriptLine, variablesIn } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'
import { isBuiltIn, isKnownType, parseSettingName } from './settings.ts'

/** Commands that give a value to the setting that their first word names. */
const setting: ReadonlySet<string> = new Set(['set', 'read', 'inc', 'choose', 'nslookup', 'item', 'clear'])

/** Names of the settings that a script gives values to. */
export function settingsOf(lines: readonly ScriptLine[]): Set<string> {
  const names = new Set<string>()
  for (const { commands } of lines)
    for (const { words } of commands) {
      const [command = '', ...rest] = words
      const form = commandForms.get(command)
      const parsed = form === undefined ? undefined : parseWords(rest, form)
      if (parsed === undefined || typeof parsed === 'string') continue
      // `md5sum --set name`.
      const name = setting.has(command) ? parsed.rest[0] : parsed.options.get('set')
      if (name !== undefined) names.add(parseSettingName(name).name)
    }
  return names
}

/**
 * Variables that nothing gives a value: iPXE puts nothing in their place, and goes on. Those that are asked for by `isset` are known to be
 * missing at times. `given`: settings that other scripts have made before.
 */
export function variableProblems(lines: readonly ScriptLine[], given: ReadonlySet<string>): ScriptProblem[] {
  const own = settingsOf(lines)
  const asked = new Set(
    lines.flatMap(({ commands }) =>
      commands.flatMap(({ words: [name, ...rest] }) => (name === 'isset' ? rest.flatMap(variablesIn) : [])),
    ),
  )
  return lines.flatMap(({ commands, number: line }) => {
    const words = commands.flatMap((command) => command.words)
    const problems: ScriptProblem[] = []
    for (const variable of new Set(words.flatMap(variablesIn))) {
      const parsed = parseSettingName(variable)
      if (parsed.type !== undefined && !isKnownType(parsed.type)) problems.push(badType(line, variable, parsed.type))
      const { name } = parsed
      if (isBuiltIn(parsed) || own.has(name) || given.has(name) || asked.has(variable)) continue
      problems.push({
        rule: 'undefined-variable',
        severity: 'warning',
        line,
        message: `\${${variable}} is neither a setting of iPXE nor set in the script: nothing will stand in its place`,
        remedy: `Set it before, guard it with isset \${${variable}}, or correct its name.`,
      })
    }
    for (const {
      words: [command, ...rest],
    } of commands) {
      const name = command === 'set' || command === 'inc' ? firstWord(rest) : undefined
      const type = name === undefined || isDynamic(name) ? undefined : parseSettingName(name).type
      if (name !== undefined && type !== undefined && !isKnownType(type)) problems.push(badType(line, name, type))
    }
    return problems
  })
}

const badType = (line: number, name: string, type: string): ScriptProblem => ({
  rule: 'unknown-type',
  severity: 'error',
  line,
  message: `${JSON.stringify(name)}: iPXE has no type of settings called ${type}`,
  remedy: 'Use a type that iPXE has: string, int32, hexhyp, uristring and so on (https://ipxe.org/cfg).',
})

const firstWord = (words: readonly string[]): string | undefined => words.find((word) => !word.startsWith('-'))
