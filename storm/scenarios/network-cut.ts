import { member, type Scenario } from '../scenario.ts'

export const networkCut: Scenario = {
  name: 'network-cut',
  title: 'A conductor cut off, and back',
  description:
    'The network of a conductor drops every packet in both directions, to the database as well, and says nothing.',
  async act({ note, real, site, until }) {
    const cut = member(site.conductors, 1)
    real.powerOn(1)
    await until(0.25)
    note('conductor-2 is cut off')
    await cut.cutOff()
    real.powerOn(2)
    await until(0.75)
    await cut.reconnect()
    note('conductor-2 is back')
  },
}
