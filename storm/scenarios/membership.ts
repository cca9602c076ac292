import { member, type Scenario, type Stage } from '../scenario.ts'

/** A ring of 32 points a conductor is uneven: shares differ from the mean by so much now and then. */
const unevenness = 1.8

export const membership: Scenario = {
  name: 'membership',
  title: 'Conductors added, drained, and moved to another group',
  description: 'A conductor joins; another is drained, then stopped; a third is restarted in another conductor group.',
  conductors: 5,
  conductorsInGroupB: 2,
  async act(stage) {
    const { note, real, site, until } = stage
    real.powerOn(1)
    const atFirst = await site.owners()
    await until(0.1)
    note('a sixth conductor joins')
    const joined = await site.addConductor()
    const withSixth = await site.owners()
    // Three conductors had the nodes without a group; now four do.
    moved(stage, 'the conductor that joined', atFirst, withSixth, { to: joined.name, share: 1 / 4 })

    await until(0.4)
    const drained = member(site.conductors, 0)
    note('conductor-1 is drained')
    await site.bootring(['conductor', 'drain', drained.name, '--timeout', '120'])
    const withoutFirst = await site.owners()
    moved(stage, 'the conductor that was drained', withSixth, withoutFirst, { from: drained.name, share: 1 / 4 })
    note('conductor-1 is stopped')
    await drained.stop()
    real.powerOn(2)

    await until(0.7)
    const mover = member(site.conductors, 4)
    note('conductor-5 moves from group b to no group')
    await mover.stop()
    site.setGroup(mover, '')
    await mover.start()
    const atLast = await site.owners()
    const inB = [...atLast.values()].filter((owner) => owner === member(site.conductors, 3).name).length
    moved(stage, 'the conductor that changed its group', withoutFirst, atLast, {
      to: mover.name,
      // Half of group b, and a quarter of the others.
      share: inB / 2 / atLast.size + 1 / 4,
    })
    note('all has been done')
  },
}

interface Expected {
  from?: string
  to?: string
  /** Of all nodes, on the mean. */
  share: number
}

/** Checks that only nodes of the conductor that left, or came, have changed their owner, and no more than its share. */
function moved(
  { check }: Stage,
  who: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  { from, share, to }: Expected,
): void {
  const changes = [...after].filter(([uuid, owner]) => before.get(uuid) !== owner)
  const foreign = changes.filter(([uuid, owner]) => {
    const old = before.get(uuid)
    return from !== undefined ? old !== from : old !== to && owner !== to
  })
  const part = changes.length / after.size
  check(
    `nodes moved by ${who}`,
    `${(part * 100).toFixed(1)} % of all, ${foreign.length} of them between others; its share is ${(share * 100).toFixed(1)} %`,
    foreign.length === 0 && part <= share * unevenness,
  )
}
