import { member, type Scenario } from '../scenario.ts'

export const apiKilled: Scenario = {
  name: 'api-killed',
  title: 'One of two APIs killed',
  description: 'SIGKILL to one API, which is started again half the time later. The root script names both.',
  async act({ note, real, site, until }) {
    const api = member(site.apis, 0)
    real.powerOn(1)
    await until(0.25)
    note('api-1 is killed')
    await api.kill()
    real.powerOn(2)
    await until(0.75)
    await api.start()
    note('api-1 is back')
  },
}
