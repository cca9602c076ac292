import type { Work } from './work.ts'

/** Takes a machine over that runs already: what it boots from is made ready, and the machine itself left alone. */
export const adopting: Work = {
  historyType: 'adoption',
  failure: 'Failed to adopt',
  async perform(task) {
    const { deploy } = task.hardware
    if (deploy.name === 'ramdisk') await deploy.validate(task)
    await deploy.takeOver(task)
    return { event: 'done' }
  },
  async cleanUp() {},
  // As it is likely to be wrong.
  onFailure: () => ({ changes: { power_state: null } }),
}
