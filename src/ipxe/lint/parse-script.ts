/*
 * iPXE's scripts as iPXE reads them: process_script () in src/image/script.c, system () in src/core/exec.c.
 */

/** One command of a line. */
export interface ScriptCommand {
  /** When it is run, by what became of the command before it: always for the first. */
  when: 'always' | 'success' | 'failure'
  /** Its name first; empty where nothing stands there. Variables are not filled in. */
  words: readonly string[]
}

export interface ScriptLine {
  /** From 1; of a continued line, that of its first part. */
  number: number
  /** Without its end, and with the lines that continue it. */
  text: string
  label: string | undefined
  commands: readonly ScriptCommand[]
}

const operators: Readonly<Record<string, ScriptCommand['when']>> = { '||': 'failure', '&&': 'success', ';': 'always' }

/** Never throws. */
export function parseScript(script: string): ScriptLine[] {
  const parts = script.split('\n')
  if (parts.at(-1) === '') parts.pop()
  const lines: ScriptLine[] = []
  for (let index = 0; index < parts.length; index += 1) {
    const number = index + 1
    let text = withoutReturn(parts[index] ?? '')
    while (text.endsWith('\\') && index + 1 < parts.length) {
      index += 1
      text = text.slice(0, -1) + withoutReturn(parts[index] ?? '')
    }
    lines.push({ number, text, ...parseLine(text) })
  }
  return lines
}

function parseLine(text: string): Pick<ScriptLine, 'label' | 'commands'> {
  const labelled = /^\s*:(\S*)(.*)$/s.exec(text)
  const words = (labelled?.[2] ?? text).split(/\s+/).filter((word) => word !== '')
  const commands: { when: ScriptCommand['when']; words: string[] }[] = [{ when: 'always', words: [] }]
  for (const word of words) {
    // A comment begins with any word, not only with the first.
    if (word.startsWith('#')) break
    const when = Object.hasOwn(operators, word) ? operators[word] : undefined
    if (when === undefined) commands.at(-1)?.words.push(word)
    else commands.push({ when, words: [] })
  }
  return { label: labelled?.[1], commands }
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text)

/** The variables of a text, innermost first: `${net${n}/mac}` has `n`, and one whose name is only known when the script runs (left out). */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([^{}$]*)\}/g)].map((match) => match[1] ?? '')
}

/** Whether a text is only known when the script runs. */
export const isDynamic = (text: string): boolean => text.includes('${')
