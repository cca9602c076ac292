const maxLength = 64

/** The name that a misspelt one most likely means: at most two letters wrong, missing, added or swapped. */
export function nearestName(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > maxLength) return undefined
  const best = names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return best !== undefined && best.distance <= 2 ? best.name : undefined
}

/** Levenshtein's distance, a row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [rowIndex, letter] of [...a].entries()) {
    const next = [rowIndex + 1]
    for (const [column, other] of [...b].entries())
      next.push(
        Math.min((row[column] ?? 0) + (letter === other ? 0 : 1), (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1),
      )
    row = next
  }
  return row.at(-1) ?? 0
}
