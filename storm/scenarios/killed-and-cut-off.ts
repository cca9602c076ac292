import { member, type Scenario } from '../scenario.ts'

export const killedAndCutOff: Scenario = {
  name: 'killed-and-cut-off',
  title: 'One conductor killed, another cut off',
  description:
    'SIGKILL to one of the conductors, and later a network that drops all packets of a second one; neither comes back.',
  async act({ note, real, site, until }) {
    real.powerOn(1)
    await until(0.25)
    note('conductor-1 is killed')
    await member(site.conductors, 0).kill()
    real.powerOn(1)
    await until(0.5)
    note('conductor-2 is cut off')
    await member(site.conductors, 1).cutOff()
    real.powerOn(1)
    await until(0.8)
    note('both have been gone for a while')
  },
}
