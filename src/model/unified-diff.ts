/** Lines around a change that are shown with it. */
const context = 3

interface Edit {
  kind: ' ' | '-' | '+'
  line: string
}

/**
 * What differs between two texts, as `diff -u` writes it; empty where nothing does. By the longest common subsequence of lines: for boot
 * files, which have some dozens; time and memory grow with the product of both lengths.
 */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  if (before === after) return ''
  const edits = editsBetween(linesOf(before), linesOf(after))
  const hunks = hunksOf(edits)
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks].map((line) => `${line}\n`).join('')
}

/** Each with its line break: a missing one at the end is a difference. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  const columns = after.length + 1
  // lengths[i][j]: of the longest common subsequence of what is left from i and j on.
  const lengths = new Uint32Array((before.length + 1) * columns)
  const at = (i: number, j: number): number => lengths[i * columns + j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      lengths[i * columns + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      edits.push({ kind: ' ', line: before[i] ?? '' })
      i += 1
      j += 1
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ kind: '-', line: before[i] ?? '' })
      i += 1
    } else {
      edits.push({ kind: '+', line: after[j] ?? '' })
      j += 1
    }
  }
  return edits
}

function hunksOf(edits: readonly Edit[]): string[] {
  const lines: string[] = []
  const changed = edits.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]))
  for (let first = 0; first < changed.length; ) {
    let last = first
    while (last + 1 < changed.length && (changed[last + 1] ?? 0) - (changed[last] ?? 0) <= 2 * context) last += 1
    const from = Math.max(0, (changed[first] ?? 0) - context)
    const hunk = edits.slice(from, (changed[last] ?? 0) + context + 1)
    const position = (kind: '-' | '+') => range(edits.slice(0, from), hunk, kind)
    lines.push(`@@ -${position('-')} +${position('+')} @@`, ...hunk.flatMap(shown))
    first = last + 1
  }
  return lines
}

/** `<first line>,<lines>`, where an empty range begins at the line before it. */
function range(before: readonly Edit[], hunk: readonly Edit[], kind: '-' | '+'): string {
  const count = (edits: readonly Edit[]) => edits.filter((edit) => edit.kind === ' ' || edit.kind === kind).length
  const [start, length] = [count(before), count(hunk)]
  return length === 1 ? String(start + 1) : `${length === 0 ? start : start + 1},${length}`
}

const shown = ({ kind, line }: Edit): string[] =>
  line.endsWith('\n') ? [kind + line.slice(0, -1)] : [kind + line, '\\ No newline at end of file']
