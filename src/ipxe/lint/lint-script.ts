import { commandProblems } from './command-rules.ts'
import { followScript } from './flow.ts'
import { imageProblems } from './image-rules.ts'
import { labelProblems } from './label-rules.ts'
import { parseScript } from './parse-script.ts'
import type { ScriptProblem } from './script-problem.ts'
import { textProblems } from './text-rules.ts'
import { settingsOf, variableProblems } from './variable-rules.ts'

/** What is wrong with a script of iPXE's, in the order of its lines. `given`: settings that the scripts before it have made. */
export function lintScript(script: string, given: ReadonlySet<string> = new Set()): ScriptProblem[] {
  const lines = parseScript(script)
  const flow = followScript(lines)
  return [
    ...textProblems(script, lines),
    ...commandProblems(lines),
    ...labelProblems(lines, flow),
    ...variableProblems(lines, given),
    ...imageProblems(lines, flow),
  ].sort((a, b) => a.line - b.line)
}

/** Names of the settings that a script makes, for those that it leads to. */
export const settingsMadeBy = (script: string): Set<string> => settingsOf(parseScript(script))
