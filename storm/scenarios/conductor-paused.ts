import { member, type Scenario } from '../scenario.ts'

export const conductorPaused: Scenario = {
  name: 'conductor-paused',
  title: 'A conductor stopped, and on again',
  description:
    'SIGSTOP, as in a live migration: its connections stay open and say nothing. SIGCONT half the time later, when others have its nodes.',
  async act({ note, real, site, until }) {
    const paused = member(site.conductors, 0)
    real.powerOn(1)
    await until(0.25)
    note('conductor-1 is stopped')
    await paused.pause()
    real.powerOn(2)
    await until(0.75)
    await paused.resume()
    note('conductor-1 goes on')
  },
}
