import type { AttachedContext } from '../context.ts'

/** Logs which release of Ironic made the database, for whoever looks for a difference between hosts. */
export async function logIronicsRelease({ database, log }: Pick<AttachedContext, 'database' | 'log'>): Promise<void> {
  const ironic = await database.release()
  log.info({ ironic }, "attached to Ironic's database")
}
