import type { ScriptFlow } from './flow.ts'
import { isDynamic, type ScriptLine } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'

/** Labels that are missing, there twice or never gone to, and lines that are never come to. */
export function labelProblems(lines: readonly ScriptLine[], flow: ScriptFlow): ScriptProblem[] {
  return [...missing(lines), ...repeated(lines), ...unused(lines, flow), ...unreachable(lines, flow)]
}

function missing(lines: readonly ScriptLine[]): ScriptProblem[] {
  const labels = new Set(lines.map(({ label }) => label))
  return lines.flatMap(({ commands, number: line }) =>
    commands.flatMap(({ words: [name, label] }) =>
      name !== 'goto' || label === undefined || isDynamic(label) || labels.has(label)
        ? []
        : [
            {
              rule: 'undefined-label',
              severity: 'error',
              line,
              message: `goto ${label}: there is no label :${label}`,
              remedy: `Add a line :${label}, or go to a label that is there.`,
            } as const,
          ],
    ),
  )
}

function repeated(lines: readonly ScriptLine[]): ScriptProblem[] {
  const first = new Map<string, number>()
  return lines.flatMap(({ label, number: line }) => {
    if (label === undefined) return []
    const before = first.get(label)
    if (before === undefined) {
      first.set(label, line)
      return []
    }
    return [
      {
        rule: 'repeated-label',
        severity: 'error',
        line,
        message: `label :${label} is in line ${before} already, and that is where every goto ${label} goes`,
        remedy: 'Give each label a name of its own.',
      } as const,
    ]
  })
}

function unused(lines: readonly ScriptLine[], { anyLabel, wanted }: ScriptFlow): ScriptProblem[] {
  if (anyLabel) return []
  return lines.flatMap(({ label, number: line }) =>
    label === undefined || wanted.has(label)
      ? []
      : [
          {
            rule: 'unused-label',
            severity: 'info',
            line,
            message: `nothing goes to label :${label}`,
            remedy: 'Nothing has to be done; is a goto missing?',
          } as const,
        ],
  )
}

/** One for each stretch of such lines. */
function unreachable(lines: readonly ScriptLine[], { reachable }: ScriptFlow): ScriptProblem[] {
  const dead = lines.flatMap((line, index) =>
    reachable.has(index) || line.commands.every(({ words }) => words.length === 0) ? [] : [{ line, index }],
  )
  return dead
    .filter(({ index }, position) => {
      const before = dead[position - 1]
      // Blank lines and comments between do not part a stretch.
      return (
        before === undefined ||
        lines.slice(before.index + 1, index).some((_, at) => reachable.has(before.index + 1 + at))
      )
    })
    .map(({ line: { number: line } }) => ({
      rule: 'unreachable',
      severity: 'info',
      line,
      message: 'no way through the script leads here',
      remedy: 'Nothing has to be done; is a goto or a label missing before it?',
    }))
}
