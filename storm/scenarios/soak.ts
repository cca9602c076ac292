import { randomFrom } from '../../bench/random.ts'
import { member, type Scenario, type Stage } from '../scenario.ts'

/** What can be done to the installation without an end to it. Only the second API and the last conductor lose their memory. */
const faults: readonly ((stage: Stage) => Promise<void>)[] = [
  async ({ note, site, sleep }) => {
    note('conductor-1 is stopped for 15 s')
    await member(site.conductors, 0).pause()
    await sleep(15)
    await member(site.conductors, 0).resume()
  },
  async ({ note, site, sleep }) => {
    note('conductor-2 is cut off for 20 s')
    await member(site.conductors, 1).cutOff()
    await sleep(20)
    await member(site.conductors, 1).reconnect()
  },
  async ({ note, site, sleep }) => {
    note('conductor-3 is killed, and back after 20 s')
    await member(site.conductors, 2).kill()
    await sleep(20)
    await member(site.conductors, 2).start()
  },
  async ({ note, site, sleep }) => {
    note('api-2 is killed, and back after 10 s')
    await member(site.apis, 1).kill()
    await sleep(10)
    await member(site.apis, 1).start()
  },
  async ({ note, site }) => {
    note('the database is restarted')
    await site.database.stop()
    await site.database.start()
  },
  async ({ note, site, sleep }) => {
    note('the database is away for 10 s')
    await site.database.stop()
    await sleep(10)
    await site.database.start()
  },
]

const secondsBetweenFaults = 30

export const soak: Scenario = {
  name: 'soak',
  title: 'Half an hour under load, with faults',
  description: 'Machines boot all the time, and every 30 seconds something fails, drawn at random, and comes back.',
  isSoak: true,
  async act(stage) {
    const random = randomFrom(stage.seed + 3)
    const rounds = Math.floor((stage.powerOnSeconds * 0.9) / (secondsBetweenFaults + 15))
    for (let round = 0; round < rounds; round++) {
      await stage.sleep(secondsBetweenFaults)
      if (round % Math.ceil(rounds / 4) === 0) stage.real.powerOn(1)
      await faults[Math.floor(random() * faults.length)]?.(stage)
    }
    await stage.until(1)
    stage.note('the end')
  },
}
