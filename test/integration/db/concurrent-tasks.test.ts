import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../../bench/random.ts'
import { parseConnectionUrl } from '../../../src/db/connection-url.ts'
import { openEngine } from '../../../src/db/engines/open-engine.ts'
import { concurrentViolations, type Handle, runConcurrently } from '../../safety/concurrent-tasks.ts'
import { withoutFence } from '../../safety/without-fence.ts'
import { eachDatabase } from '../../support/databases.ts'
import { fleetNode } from '../../support/fleet-node.ts'
import { rawConnection } from '../../support/raw-connection.ts'

const nodes = [1, 2].map((number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`)

describe('tasks of several processes', { retry: 0 }, () => {
  eachDatabase(
    (engine) => {
      /** A history of some hundred tasks, over connections of several processes. */
      async function history(seed: number, storeOf: (url: string, handle: Handle) => Promise<Handle>) {
        const url = await engine.emptyUrl()
        const databases = await Promise.all([1, 2, 3].map(() => engine.open(url)))
        const [database] = databases
        await database?.upgrade()
        const fleet = nodes.map((uuid, index) => fleetNode({ uuid, name: `n${index}` }))
        await database?.fleet.apply(fleet, { prune: false, dryRun: false })
        await using raw = await rawConnection(url)
        const silence = async (hostname: string) => {
          const { db, dialect } = raw
          const long = dialect.secondsAgo(100)
          await db.updateTable('conductors').set({ updated_at: long }).where('hostname', '=', hostname).execute()
        }
        const handles = await Promise.all(databases.map((one) => storeOf(url, one)))
        return await runConcurrently({ handles, nodes, silence, random: randomFrom(seed), attempts: 60 })
      }

      it('never gives a node to two tasks, whatever becomes of the sessions', async () => {
        for (const seed of [1, 2]) {
          const all = await history(seed, async (_, handle) => handle)
          expect(concurrentViolations(all)).toEqual([])
          // Otherwise that would say little.
          expect(all.tasks.length).toBeGreaterThan(30)
          expect(all.ends.length).toBeGreaterThan(10)
          expect(all.tasks.filter(({ released }) => !released).length).toBeGreaterThan(0)
        }
      })

      it('would be caught without the fence', async () => {
        const engines: { close(): Promise<void> }[] = []
        try {
          const found: string[] = []
          for (let seed = 1; found.length === 0 && seed <= 10; seed += 1) {
            const all = await history(seed, async (url, handle) => {
              const opened = await openEngine(parseConnectionUrl(url), { maxPoolSize: 3, poolTimeoutSeconds: 10 })
              engines.push(opened)
              return { conductors: handle.conductors, reservations: withoutFence(opened) }
            })
            found.push(...concurrentViolations(all))
          }
          expect(found).not.toEqual([])
        } finally {
          for (const opened of engines) await opened.close()
        }
      })
    },
    ['postgresql', 'mariadb'],
  )
})
