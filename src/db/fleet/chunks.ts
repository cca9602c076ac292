/** Cuts a list into pieces that every engine takes as the parameters of one statement. */
export function* chunks<T>(items: T[], size = 500): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
