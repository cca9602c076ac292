import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../bench/random.ts'
import type { Database } from '../../src/model/stores.ts'
import { transitions } from '../../src/model/transitions.ts'
import type { World } from '../provisioning/chaotic-hardware.ts'
import { MortalConductor } from '../provisioning/mortal-conductor.ts'
import { RandomWalk } from '../provisioning/random-walk.ts'
import { eachDatabase } from '../support/databases.ts'

/*
 * Verbs, heartbeats, time-outs, deaths and returns of conductors in any order over a few nodes, on a real database. What
 * happened to each node is read from its history, which is written in the same transactions as its states.
 * BOOTRING_WALK_SEED chooses another walk.
 */

const seed = Number(process.env.BOOTRING_WALK_SEED ?? Math.floor(Math.random() * 1_000_000))
const nodeCount = 10
const steps = 900
const uuidOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`

describe(`a random walk through the states (BOOTRING_WALK_SEED=${seed})`, () => {
  eachDatabase((engine) => {
    it('keeps to the table, loses no lock, and leaves every node a way out', {
      timeout: 300_000,
      retry: 0,
    }, async () => {
      const database = await engine.database()
      const nodes = await enrol(database)
      const world: World = { random: randomFrom(seed), isFaulty: true, violations: [], machines: new Map() }
      const { happened, stuck } = await new RandomWalk({ database, world, nodes, steps }).run()
      expect(world.violations).toEqual([])
      expect(stuck).toEqual([])
      const taken = new Set<string>()
      for (const node of nodes) for (const step of await walked(database, node)) taken.add(step)
      // Otherwise all of that would say little.
      expect(taken.size).toBeGreaterThan(20)
      expect(Object.keys(happened).length).toBeGreaterThan(12)
    })
  })
})

async function enrol(database: Database): Promise<string[]> {
  const world: World = { random: () => 0, isFaulty: false, violations: [], machines: new Map() }
  const enroller = await MortalConductor.start('enroller', database, world)
  const nodes = Array.from({ length: nodeCount }, (_, index) => uuidOf(index))
  for (const uuid of nodes) await enroller.enrol(uuid)
  await enroller.retire()
  return nodes
}

/** Checks a node's whole way: each step is one of the table, and begins where the one before has ended. */
async function walked(database: Database, uuid: string): Promise<string[]> {
  const node = await database.management.node(uuid)
  const entries = await database.management.history(node?.id ?? 0, { limit: 100_000 })
  const events = entries.filter(({ event_type }) => event_type === 'transition').map(({ event }) => event)
  const allowed = new Set(transitions.map(({ event, from, to }) => `"${from}" to "${to}" by "${event}"`))
  let state = 'enroll'
  const way = events.reverse().map((text) => {
    const [, step = text, from, to] = /^Moved from state ("(.*?)" to "(.*?)" by ".*?")/.exec(text) ?? []
    expect(allowed).toContain(step)
    expect(from, `${uuid} before ${step}`).toBe(state)
    state = to ?? ''
    return step
  })
  expect(node?.provision_state).toBe(state)
  return way
}
