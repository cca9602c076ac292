import { member, type Scenario } from '../scenario.ts'

export const apiCutOff: Scenario = {
  name: 'api-cut-off',
  title: 'One of two APIs cut off, and back',
  description: 'The network of an API drops every packet, and says nothing: machines have to find out by themselves.',
  async act({ note, real, site, until }) {
    const api = member(site.apis, 0)
    real.powerOn(1)
    await until(0.25)
    note('api-1 is cut off')
    await api.cutOff()
    real.powerOn(2)
    await until(0.75)
    await api.reconnect()
    note('api-1 is back')
  },
}
