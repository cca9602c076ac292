import type { Scenario } from '../scenario.ts'

export const halfOfTheConductors: Scenario = {
  name: 'half-of-the-conductors',
  title: 'Half of the conductors killed at once',
  description: 'Of four or more conductors, every second one is killed at the same moment.',
  conductors: 4,
  async act({ note, real, site, until }) {
    real.powerOn(1)
    await until(0.3)
    const victims = site.conductors.filter((_, index) => index % 2 === 0)
    note(`${victims.length} of ${site.conductors.length} conductors are killed`)
    await Promise.all(victims.map((conductor) => conductor.kill()))
    real.powerOn(2)
    await until(0.7)
    note('they have been gone for a while')
  },
}
