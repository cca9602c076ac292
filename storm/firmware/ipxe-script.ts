/*
 * The grammar of iPXE's scripts, as src/image/script.c and src/core/exec.c of its sources have it.
 */

/** When the next command of a line runs: after a success (`&&`), after a failure (`||`), always (`;`). */
type Next = 'success' | 'failure' | 'always'

interface ScriptCommand {
  /** Unexpanded words; none: a command that does nothing, successfully, as after the last `||` of a line. */
  words: readonly string[]
  /** Undefined for the last command of a line. */
  next: Next | undefined
}

interface ScriptLine {
  label: string | undefined
  commands: readonly ScriptCommand[]
}

export interface IpxeScript {
  lines: readonly ScriptLine[]
  /** Line of each label's first occurrence. */
  labels: ReadonlyMap<string, number>
}

const terminators = new Map<string, Next>([
  ['&&', 'success'],
  ['||', 'failure'],
  [';', 'always'],
])

const maxCachedScripts = 500
const cache = new Map<string, IpxeScript>()

/** Whether iPXE takes this for a script: its magic and one more white space. */
export function isIpxeScript(text: string): boolean {
  return /^#![ig]pxe\s/.test(text)
}

/** Parses a script; there is nothing that iPXE refuses. Equal texts are parsed once. */
export function parseIpxeScript(text: string): IpxeScript {
  const known = cache.get(text)
  if (known) return known
  const lines = text
    .replaceAll(/\\\r?\n/g, '')
    .replace(/\n$/, '')
    .split('\n')
    .map(parseLine)
  const labels = new Map<string, number>()
  for (const [index, { label }] of lines.entries()) {
    if (label !== undefined && !labels.has(label)) labels.set(label, index)
  }
  const script = { lines, labels }
  // Most texts are one machine's own: the cache holds the few common ones and forgets the others.
  if (cache.size >= maxCachedScripts) cache.delete(cache.keys().next().value ?? '')
  cache.set(text, script)
  return script
}

function parseLine(line: string): ScriptLine {
  const words = line.split(/\s+/).filter((word) => word !== '')
  const label = words[0]?.startsWith(':') ? words.shift()?.slice(1) : undefined
  const commands: ScriptCommand[] = []
  let current: string[] = []
  for (const word of words) {
    if (word.startsWith('#')) break
    const next = terminators.get(word)
    if (next === undefined) current.push(word)
    else {
      commands.push({ words: current, next })
      current = []
    }
  }
  commands.push({ words: current, next: undefined })
  return { label, commands }
}
