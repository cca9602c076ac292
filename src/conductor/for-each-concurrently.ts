/**
 * Calls `work` for each item, with at most `limit` calls under way; items are taken only as fast as they are worked off.
 * Where a call fails no more items are taken, and it rejects with the first failure once the other calls have come to an end.
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  const failures: unknown[] = []
  const worker = async () => {
    try {
      for (let next = await iterator.next(); !next.done && failures.length === 0; next = await iterator.next())
        await work(next.value)
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failures.length > 0) throw failures[0]
}
