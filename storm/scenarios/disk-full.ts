import { member, type Scenario } from '../scenario.ts'

export const diskFull: Scenario = {
  name: 'disk-full',
  title: "A conductor's disk full",
  description:
    'Not a byte is left on the disk of one conductor; then another one is killed, and the first is to stand in for it.',
  async act({ note, real, site, until }) {
    real.powerOn(1)
    await until(0.2)
    note("conductor-1's disk is full")
    await member(site.conductors, 0).fillDisk()
    await until(0.45)
    note('conductor-2 is killed')
    await member(site.conductors, 1).kill()
    real.powerOn(2)
    await until(0.8)
    note('it has been gone for a while')
  },
}
