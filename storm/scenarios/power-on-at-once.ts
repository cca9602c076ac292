import type { Scenario } from '../scenario.ts'

export const powerOnAtOnce: Scenario = {
  name: 'power-on-at-once',
  title: 'All machines switched on within one second',
  description: 'As after a power cut. Nothing fails; there is only too much to do.',
  powerOnSeconds: 1,
  async act({ real }) {
    real.powerOn(4)
  },
}
