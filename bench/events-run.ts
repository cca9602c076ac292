import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { EventsOptions } from './events-options.ts'
import { copyDatabase, loadFleet, makeFleet } from './fleet.ts'
import { type Service, startService, writeInstallation } from './instance.ts'
import type { MachineFacts } from './machine.ts'
import type { Round } from './results.ts'
import { roundMeter } from './round-meter.ts'

const kinds = ['serve', 'api'] as const
type Kind = (typeof kinds)[number]

/** Twice without events, once with them: what the first two differ by is chance. */
const sides = ['off', 'offAgain', 'on'] as const
export type Side = (typeof sides)[number]

/** Three sets of processes that were started together, and their rounds. */
export interface EventsTurn extends Record<Side, Round[]> {
  /** Events of scripts that were in the file at the end, of as many requests, warming up included. */
  kept: number
  requests: number
}

export interface EventsResults {
  /** ISO 8601, UTC. */
  date: string
  options: EventsOptions
  machine: MachineFacts
  turns: Record<Kind, EventsTurn[]>
}

/** What is left of a round is written within the pause after it, and counts as that round's processor time. */
const queuedEvents = 1000
const pauseSeconds = 1.5
/** Until the compiler of JavaScript is done. */
const warmUpSeconds = 8

/** The whole run, in `folder`. Whatever it starts it has ended when it returns or throws. */
export async function runEvents(
  options: EventsOptions,
  machine: MachineFacts,
  folder: string,
  say: (words: string) => void,
): Promise<EventsResults> {
  const date = new Date().toISOString()
  const fleetFile = join(folder, 'fleet.sqlite')
  await loadFleet(`sqlite:///${fleetFile}`, makeFleet(options.nodes, options.seed))
  const measure = await roundMeter({ ...options, pauseSeconds }, folder)

  const takeTurn = async (kind: Kind, turn: number): Promise<EventsTurn> => {
    const folderOf = (side: Side) => join(folder, `${kind}-${turn}-${side}`)
    const services = new Map<Side, Service>()
    const end = () =>
      Promise.all([...services.values()].flatMap(({ children }) => children.map((child) => child.end())))
    // Each is the first as often as the others.
    const order = [...sides.slice(turn % sides.length), ...sides.slice(0, turn % sides.length)]
    const found: Record<Side, Round[]> = { off: [], offAgain: [], on: [] }
    let requests = 0
    const ask = async (side: Side, seconds: number, round: number): Promise<Round> => {
      const result = await measure(services.get(side) as Service, seconds, turn * 1000 + round)
      if (side === 'on') requests += result.requests
      return result
    }
    try {
      for (const side of order) services.set(side, await start(kind, folderOf(side), side === 'on'))
      for (const side of order) await ask(side, warmUpSeconds, 0)
      for (let round = 1; round <= options.rounds; round += 1)
        for (const side of round % 2 === 1 ? order : order.toReversed())
          found[side].push(await ask(side, options.secondsPerRound, round))
      // They write what they have when they are stopped.
      await end()
      return { ...found, kept: keptIn(folderOf('on')), requests }
    } finally {
      await end()
    }
  }

  const start = async (kind: Kind, own: string, hasEvents: boolean): Promise<Service> => {
    await mkdir(own)
    const file = join(own, 'bootring.sqlite')
    await copyDatabase(fleetFile, file)
    const installation = await writeInstallation(own, `sqlite:///${file}`)
    // Its last section is ours.
    await appendFile(installation.configFile, `boot_events = ${hasEvents}\nboot_event_queue = ${queuedEvents}\n`)
    return await startService(kind, kind, installation)
  }

  const turns: Record<Kind, EventsTurn[]> = { serve: [], api: [] }
  for (let turn = 0; turn < options.turns; turn += 1) {
    for (const kind of kinds) {
      say(`turn ${turn + 1} of ${options.turns}: ${kind}`)
      turns[kind].push(await takeTurn(kind, turn))
    }
  }
  return { date, options, machine, turns }
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
