/**
 * Does the work, and then whatever it has deferred, the last first: also where the work fails half way, so that a
 * process that could not start everything ends, and takes nothing half-started with it.
 */
export async function withCleanup(
  work: (cleanup: Pick<AsyncDisposableStack, 'defer'>) => Promise<void>,
): Promise<void> {
  const cleanup = new AsyncDisposableStack()
  try {
    await work(cleanup)
  } finally {
    await cleanup.disposeAsync()
  }
}
