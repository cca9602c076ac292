import { isDynamic, type ScriptCommand, type ScriptLine } from './parse-script.ts'

/** Where a script may get to. */
export interface ScriptFlow {
  /** Lines that may be run, by index. */
  reachable: ReadonlySet<number>
  /** Labels that a `goto` names, wherever it stands. */
  wanted: ReadonlySet<string>
  /** A `goto` goes to what a variable says: any label may be wanted. */
  anyLabel: boolean
  /** Lines by which `boot` or `imgexec` may be run though no kernel can have been chosen. */
  bootsNothing: ReadonlySet<number>
}

/** What is known where a line begins. */
interface State {
  /** Whether a kernel may have been chosen. */
  kernel: boolean
}

const leaving: ReadonlySet<string> = new Set(['exit', 'reboot', 'poweroff'])
const choosing: ReadonlySet<string> = new Set(['kernel', 'imgselect', 'imgload'])
const booting: ReadonlySet<string> = new Set(['boot', 'imgexec', 'chain'])
const surelyWell: ReadonlySet<string> = new Set(['echo', 'set', 'imgfree', 'imgstat'])

/** Follows a script along all its ways: a line that fails ends it, one that ends well goes on to the next. */
export function followScript(lines: readonly ScriptLine[]): ScriptFlow {
  const labels = new Map<string, number>()
  for (const [index, { label }] of lines.entries())
    if (label !== undefined && !labels.has(label)) labels.set(label, index)
  const targets = lines.flatMap(({ commands }) => commands.map(gotoTarget).filter((target) => target !== undefined))
  const anyLabel = targets.some(isDynamic)

  const states = new Map<number, State>()
  const bootsNothing = new Set<number>()
  const open: number[] = []
  const visit = (index: number, state: State): void => {
    if (index >= lines.length) return
    const known = states.get(index)
    if (known !== undefined && (known.kernel || !state.kernel)) return
    states.set(index, state)
    open.push(index)
  }
  visit(0, { kernel: false })
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const line = lines[index] as ScriptLine
    const end = runLine(line, states.get(index) as State, (target, state) => {
      if (!isDynamic(target)) {
        const place = labels.get(target)
        if (place !== undefined) visit(place, state)
        return place !== undefined
      }
      for (const place of labels.values()) visit(place, state)
      return true
    })
    if (end.bootsNothing) bootsNothing.add(index)
    else bootsNothing.delete(index)
    if (end.goesOn) visit(index + 1, end.state)
  }
  return { reachable: new Set(states.keys()), wanted: new Set(targets), anyLabel, bootsNothing }
}

/** Calls `jump` for each `goto` that may be run; it says whether there is such a label. */
function runLine(
  { commands }: ScriptLine,
  before: State,
  jump: (target: string, state: State) => boolean,
): { goesOn: boolean; state: State; bootsNothing: boolean } {
  let state = before
  let [mayBeWell, mayHaveFailed, bootsNothing] = [true, false, false]
  for (const command of commands) {
    const { when, words } = command
    const runs = when === 'always' ? mayBeWell || mayHaveFailed : when === 'success' ? mayBeWell : mayHaveFailed
    if (!runs) continue
    const [name = ''] = words
    // Those who do not come here keep what they have.
    const passedBy = { well: when === 'failure' && mayBeWell, failed: when === 'success' && mayHaveFailed }
    let outcome = { well: true, failed: words.length > 0 && !surelyWell.has(name) }
    const target = gotoTarget(command)
    if (target !== undefined) outcome = { well: false, failed: !jump(target, state) || isDynamic(target) }
    else if (leaving.has(name)) outcome = { well: false, failed: false }
    else if (choosing.has(name)) state = { kernel: true }
    else if (name === 'imgfree' && words.length === 1) state = { kernel: false }
    else if (booting.has(name) && words.slice(1).every((word) => word.startsWith('-')) && !state.kernel)
      bootsNothing = true
    mayBeWell = outcome.well || passedBy.well
    mayHaveFailed = outcome.failed || passedBy.failed
  }
  return { goesOn: mayBeWell, state, bootsNothing }
}

function gotoTarget({ words }: ScriptCommand): string | undefined {
  return words[0] === 'goto' ? words[1] : undefined
}
