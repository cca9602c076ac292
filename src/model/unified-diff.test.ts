import fc from 'fast-check'
import { expect, it } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

const names = { before: 'a', after: 'b' }

it('is nothing where nothing differs', () => {
  expect(unifiedDiff('a\nb\n', 'a\nb\n', names)).toBe('')
})

it('shows changes with what is around them', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`)
  const after = lines.with(1, 'other').toSpliced(15, 2)
  expect(unifiedDiff(`${lines.join('\n')}\n`, `${after.join('\n')}\n`, names)).toBe(
    `--- a
+++ b
@@ -1,5 +1,5 @@
 line 1
-line 2
+other
 line 3
 line 4
 line 5
@@ -13,8 +13,6 @@
 line 13
 line 14
 line 15
-line 16
-line 17
 line 18
 line 19
 line 20
`,
  )
})

it('says where the last line has no end', () => {
  expect(unifiedDiff('a\n', 'a', names)).toBe('--- a\n+++ b\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n')
  expect(unifiedDiff('', 'a\n', names)).toBe('--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n')
})

it('holds all that makes the one of the other', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patched(before, unifiedDiff(before, after, names))).toBe(after)
    }),
  )
})

/** What `patch` does, for texts that end with a line break. */
function patched(before: string, diff: string): string {
  const old = before.split('\n').slice(0, -1)
  const lines: string[] = []
  let taken = 0
  for (const line of diff.split('\n').slice(2, -1)) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line)
    if (hunk) {
      // An empty range begins at the line before it.
      const first = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1)
      lines.push(...old.slice(taken, first))
      taken = first
    } else if (line.startsWith('+')) lines.push(line.slice(1))
    else {
      expect(old[taken]).toBe(line.slice(1))
      if (line.startsWith(' ')) lines.push(line.slice(1))
      taken += 1
    }
  }
  return [...lines, ...old.slice(taken)].map((line) => `${line}\n`).join('')
}
