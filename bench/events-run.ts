import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Comparison, compared } from './compare-results.ts'
import { type ComparedPair, interleavedRounds } from './compare-rounds.ts'
import { copyDatabase, loadFleet, makeFleet } from './fleet.ts'
import { type Service, startService, writeInstallation } from './instance.ts'
import type { MachineFacts } from './machine.ts'
import type { QuickRoundOptions } from './round-options.ts'

/** Without events: `other`; with: `own`. */
export interface EventsComparison extends Comparison {
  /** Events of scripts that were in the file after the last round; of as many requests, warming up included, as `requests`. */
  kept: number
}

export interface EventsResults {
  /** ISO 8601, UTC. */
  date: string
  options: QuickRoundOptions
  machine: MachineFacts
  comparisons: EventsComparison[]
}

const kinds = ['serve', 'api'] as const

/** What is left of a round is written within the pause after it, and counts as that round's processor time. */
const queuedEvents = 1000
const pauseSeconds = 1.5

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runEvents(
  options: QuickRoundOptions,
  machine: MachineFacts,
  folder: string,
  say: (words: string) => void,
): Promise<EventsResults> {
  const date = new Date().toISOString()
  const fleetFile = join(folder, 'fleet.sqlite')
  await loadFleet(`sqlite:///${fleetFile}`, makeFleet(options.nodes, options.seed))
  const services: Service[] = []
  const end = () => Promise.all(services.splice(0).flatMap(({ children }) => children.map((child) => child.end())))
  try {
    const start = async (kind: (typeof kinds)[number], hasEvents: boolean): Promise<Service> => {
      say(`starting ${kind} ${hasEvents ? 'with' : 'without'} boot events`)
      const own = folderOf(folder, kind, hasEvents)
      await mkdir(own)
      const file = join(own, 'bootring.sqlite')
      await copyDatabase(fleetFile, file)
      const installation = await writeInstallation(own, `sqlite:///${file}`)
      // Its last section is ours.
      await appendFile(installation.configFile, `boot_events = ${hasEvents}\nboot_event_queue = ${queuedEvents}\n`)
      const service = await startService(kind, kind, installation)
      services.push(service)
      return service
    }
    const pairs: ComparedPair[] = []
    for (const kind of kinds) pairs.push({ kind, other: await start(kind, false), own: await start(kind, true) })
    const rounds = await interleavedRounds(pairs, { ...options, pauseSeconds }, folder, say)
    // They write what they have when they are stopped.
    await end()
    const comparisons = rounds.map((one) => ({ ...compared(one), kept: keptIn(folderOf(folder, one.kind, true)) }))
    return { date, options, machine, comparisons }
  } finally {
    await end()
  }
}

function folderOf(folder: string, kind: string, hasEvents: boolean): string {
  return join(folder, `${kind}-${hasEvents ? 'with' : 'without'}`)
}

function keptIn(folder: string): number {
  const database = new DatabaseSync(join(folder, 'bootring-events.sqlite'), { readOnly: true })
  try {
    const row = database.prepare("select count(*) as events from bootring_boot_event where kind = 'script'").get()
    return Number(row?.events)
  } finally {
    database.close()
  }
}
