import { member, type Scenario, type Stage } from '../scenario.ts'

type Act = (stage: Stage) => Promise<void>

/** One fault after the other, each healed before the next. */
const acts: readonly Act[] = [
  async ({ note, site, sleep }) => {
    const conductor = member(site.conductors, 0)
    note('conductor-1 is killed, and back after 6 s')
    await conductor.kill()
    await sleep(6)
    await conductor.start()
  },
  async ({ note, site, sleep }) => {
    const conductor = member(site.conductors, 1)
    note('conductor-2 is stopped for 13 s: longer than it may be silent')
    await conductor.pause()
    await sleep(13)
    await conductor.resume()
  },
  async ({ note, site, sleep }) => {
    const conductor = member(site.conductors, 2)
    note('conductor-3 is cut off for 8 s')
    await conductor.cutOff()
    await sleep(8)
    await conductor.reconnect()
  },
  async ({ note, site, sleep }) => {
    const api = member(site.apis, 0)
    note('api-1 is killed, and back after 5 s')
    await api.kill()
    await sleep(5)
    await api.start()
  },
  async ({ note, site, sleep }) => {
    note('the database is away for 6 s')
    await site.database.stop()
    await sleep(6)
    await site.database.start()
  },
  async ({ note, site }) => {
    note('the database is restarted')
    await site.database.stop()
    await site.database.start()
  },
  async ({ note, site, sleep }) => {
    note("conductor-1's disk is full, and half of the conductors are killed")
    await member(site.conductors, 0).fillDisk()
    await Promise.all([member(site.conductors, 1).kill(), member(site.conductors, 3).kill()])
    await sleep(8)
    await member(site.conductors, 1).start()
    await member(site.conductors, 3).start()
    await member(site.conductors, 0).freeDisk()
  },
  async ({ note, site }) => {
    note('a fifth conductor joins, and the third is drained')
    await site.addConductor()
    await site.bootring(['conductor', 'drain', member(site.conductors, 2).name, '--timeout', '60'])
  },
  async ({ note, site }) => {
    note('the third conductor and both APIs are restarted')
    for (const each of [member(site.conductors, 2), ...site.apis]) {
      await each.stop()
      await each.start()
    }
  },
]

export const everything: Scenario = {
  name: 'everything',
  title: 'Every fault, one after the other',
  description:
    'The short version of all scenarios in one installation: each fault is healed before the next one comes.',
  conductors: 4,
  async act(stage) {
    for (const act of acts) {
      await stage.sleep(3)
      await act(stage)
    }
    stage.real.powerOn(1)
    stage.note('all is as it was')
  },
}
