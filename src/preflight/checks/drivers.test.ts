import { expect, it } from 'vitest'
import { aNode } from '../../../test/support/a-node.ts'
import { aWorld } from '../../../test/support/a-world.ts'
import type { Conductor } from '../../model/conductor.ts'
import { drivers } from './drivers.ts'

const conductor: Conductor = {
  id: 1,
  hostname: 'cond-1',
  conductorGroup: '',
  alive: true,
  online: true,
  updatedAt: new Date(0),
  drivers: ['fake-hardware'],
}

it('goes through what conductors offer once for each kind of node, not for each node', async () => {
  let looks = 0
  const offers = [
    {
      hostname: 'cond-1',
      hardwareType: 'fake-hardware',
      interfaceType: 'boot',
      isDefault: true,
      get interfaceName() {
        looks += 1
        return 'ipxe'
      },
    },
  ]
  const run = drivers.begin(aWorld({ conductors: async () => [conductor], offers: async () => offers }))
  const problems = async (bootInterface: string) => {
    const node = aNode({ driver: 'fake-hardware', conductorGroup: '', bootInterface })
    return (await run.node?.({ node, bootsNow: true, files: [] }))?.map(({ message }) => message)
  }
  for (let nodes = 0; nodes < 10; nodes += 1) {
    expect(await problems('ipxe')).toEqual([])
    expect(await problems('pxe')).toEqual([
      'no living conductor offers the boot interface pxe for the driver fake-hardware',
    ])
  }
  expect(looks).toBe(2)
})
