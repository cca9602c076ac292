/** The candidate that a misspelt word probably means: at most two letters off, or undefined. */
export function nearestName(word: string, candidates: readonly string[]): string | undefined {
  // Nothing much longer than a candidate can be near one, and the cost grows with the length.
  if (word.length > 64) return undefined
  const lower = word.toLowerCase().replaceAll('-', '_')
  let best: string | undefined
  let bestDistance = 3
  for (const candidate of candidates) {
    const distance = editDistance(lower, candidate)
    if (distance < bestDistance && distance < candidate.length / 2) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein's distance: single letters added, removed or replaced. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
