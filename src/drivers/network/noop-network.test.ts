import { expect, it } from 'vitest'
import { FakeTask } from '../../../test/support/fake-task.ts'

it('takes VIFs without keeping them, as Ironic', async () => {
  const task = new FakeTask()
  const before = JSON.stringify([task.node, task.ports])
  const { network } = task.hardware
  await network.validate(task)
  await network.vifAttach(task, { id: 'a' })
  await network.vifAttach(task, { id: 'a' })
  expect(network.vifList(task)).toEqual([])
  await network.vifDetach(task, 'never attached')
  expect(JSON.stringify([task.node, task.ports])).toBe(before)
})
