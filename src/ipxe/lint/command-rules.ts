import { nearestName } from '../../model/nearest-name.ts'
import { commandForms, parseWords } from './commands.ts'
import { isDynamic, type ScriptCommand, type ScriptLine } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'

/** What is wrong with the commands of a line: their names, their options, how they are put together. */
export function commandProblems(lines: readonly ScriptLine[]): ScriptProblem[] {
  return lines.flatMap((line) => [...operators(line), ...line.commands.flatMap((command) => oneCommand(line, command))])
}

function oneCommand({ number: line }: ScriptLine, { words }: ScriptCommand): ScriptProblem[] {
  const [name, ...rest] = words
  if (name === undefined || isDynamic(name)) return []
  const form = commandForms.get(name)
  if (form === undefined) {
    const near = nearestName(name, [...commandForms.keys()])
    return [
      {
        rule: 'unknown-command',
        severity: 'error',
        line,
        message: `${JSON.stringify(name)} is no command of iPXE${near === undefined ? '' : `; is ${near} meant?`}`,
        remedy: 'Use a command that iPXE has (https://ipxe.org/cmd).',
      },
    ]
  }
  const problems: ScriptProblem[] = []
  if (form.buildOption !== undefined)
    problems.push({
      rule: 'build-option',
      severity: 'warning',
      line,
      message: `${name} is only in builds of iPXE with ${form.buildOption}, which it does not have by default`,
      remedy: `Use a build with ${form.buildOption} defined in config/local/general.h, or do without the command.`,
    })
  if (form.since !== undefined && form.since > newEnough)
    problems.push({
      rule: 'new-command',
      severity: 'info',
      line,
      message: `${name} is only in builds of iPXE from ${form.since} on`,
      remedy: 'See that all machines chain-load such a build, or guard it with ||.',
    })
  const parsed = parseWords(rest, form)
  if (typeof parsed === 'string')
    problems.push({
      rule: 'arguments',
      severity: 'error',
      line,
      message: `${name} ${parsed}`,
      remedy: `Write it as https://ipxe.org/cmd/${name} says.`,
    })
  return problems
}

/** Builds as old as the oldest distributions in use have. */
const newEnough = 2016

/** Commands whose words are text: `a||b` may be meant there. */
const textual: ReadonlySet<string> = new Set(['echo', 'item', 'prompt', 'menu', 'form', 'param', 'set'])

function operators({ commands, number: line }: ScriptLine): ScriptProblem[] {
  const problems: ScriptProblem[] = []
  for (const [index, { when, words }] of commands.entries()) {
    const glued = textual.has(words[0] ?? '') ? undefined : words.find((word) => /\|\||&&|^\|$|^&$/.test(word))
    if (glued !== undefined)
      problems.push({
        rule: 'operator',
        severity: 'error',
        line,
        message: `${JSON.stringify(glued)} is one word to iPXE: it takes || and && only with blanks on both sides`,
        remedy: 'Put blanks around || and &&.',
      })
    const isLast = index === commands.length - 1
    if (words.length > 0 || (index === 0 && isLast)) continue
    if (index === 0)
      problems.push(unbalanced(line, `begins with ${operatorOf(commands[1])}: there is no command before it`))
    else if (!isLast)
      problems.push(
        unbalanced(line, `has nothing between ${operatorOf({ when })} and ${operatorOf(commands[index + 1])}`),
      )
    // `||` at the end is how a failure is passed over; `&&` there says nothing.
    else if (when === 'success') problems.push(unbalanced(line, 'ends with &&: there is no command after it'))
  }
  return problems
}

const unbalanced = (line: number, message: string): ScriptProblem => ({
  rule: 'unbalanced-operator',
  severity: 'error',
  line,
  message,
  remedy: 'Complete the line, or take the operator away; || at the end of a line means: go on whatever happens.',
})

const operatorOf = (command: Pick<ScriptCommand, 'when'> | undefined): string =>
  ({ always: ';', success: '&&', failure: '||' })[command?.when ?? 'always']
