import type { FleetDatabase } from '../../model/stores.ts'
import { type AdminServer, type ReadyCheck, startAdminServer } from '../../observe/admin-server.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { Installation } from '../installation.ts'

export interface AdminParts {
  installation: Installation
  port: number
  database: Pick<FleetDatabase, 'ping'>
  rings: FleetRings
  metricsText: () => Promise<string>
  /** What must hold besides, by name: says in words what was seen, throws where it does not hold. */
  furtherChecks?: Readonly<Record<string, () => Promise<string>>>
  log: Logger
}

/** Starts /healthz, /readyz and /metrics: ready means that the database answers and a conductor is alive. */
export function startAdmin({
  database,
  furtherChecks = {},
  installation,
  log,
  metricsText,
  port,
  rings,
}: AdminParts): Promise<AdminServer> {
  return startAdminServer({
    host: installation.config.bootring.admin_ip,
    port,
    logger: log,
    metricsText,
    ready: () =>
      Promise.all([
        check('database', async () => {
          await database.ping()
          return undefined
        }),
        check('conductors', async () => {
          const conductors = await rings.conductors()
          const alive = conductors.filter((conductor) => conductor.alive).length
          if (alive > 0) return `${alive} of ${conductors.length} alive`
          // The rings may be old: a conductor that has just joined must not wait for them.
          rings.reset()
          throw new Error('no conductor is registered and alive')
        }),
        ...Object.entries(furtherChecks).map(([name, look]) => check(name, look)),
      ]),
  })
}

async function check(name: string, look: () => Promise<string | undefined>): Promise<ReadyCheck> {
  try {
    const detail = await look()
    return { name, ok: true, ...(detail ? { detail } : {}) }
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
