import { describe, expect, it } from 'vitest'
import { BootInterface } from '../../drivers/boot/boot-interface.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode } from '../../model/node.ts'
import { getBootConfig } from './get-boot-config.ts'

const node: BootNode = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123',
  driver: 'fake-hardware',
  conductorGroup: '',
  bootInterface: 'ipxe',
  deployInterface: 'direct',
  provisionState: 'wait call-back',
  driverInfo: {},
  instanceInfo: {},
  properties: {},
}
const store = { bootNode: async (uuid: string) => (uuid === node.uuid ? node : undefined) }

class Echo extends BootInterface {
  override async getBootConfig({ uuid }: BootNode, name: string): Promise<string> {
    return `${name} of ${uuid}`
  }
}
const context = { requestId: 'req-1' }

describe('get_boot_config', () => {
  it("asks the node's boot interface", async () => {
    const asked: (string | null)[] = []
    const method = getBootConfig(store, ({ bootInterface }) => {
      asked.push(bootInterface)
      return new Echo('echo')
    })
    expect(await method({ node_id: node.uuid, name: 'boot.ipxe' }, context)).toBe(`boot.ipxe of ${node.uuid}`)
    expect(asked).toEqual(['ipxe'])
  })

  it('has nothing for a diskless machine that is neither in use nor waiting', async () => {
    const ask = (provisionState: string | null) => {
      const bootNode = async () => ({ ...node, deployInterface: 'ramdisk', provisionState })
      return getBootConfig({ bootNode }, () => new Echo('echo'))({ node_id: node.uuid, name: 'boot.ipxe' }, context)
    }
    for (const state of ['active', 'clean wait', 'rescue wait']) expect(await ask(state)).toContain(node.uuid)
    for (const state of ['available', 'manageable', 'deploy failed', null])
      await expect(ask(state)).rejects.toMatchObject({ code: 'StateForbidsBoot' })
  })

  it('does not know every node', async () => {
    const method = getBootConfig(store, () => new Echo('echo'))
    await expect(method({ node_id: 'x', name: 'boot.ipxe' }, context)).rejects.toMatchObject({ code: 'NodeNotFound' })
  })

  it('hands on what interface and database throw', async () => {
    const plain = getBootConfig(store, () => new BootInterface('pxe'))
    await expect(plain({ node_id: node.uuid, name: 'boot.ipxe' }, context)).rejects.toMatchObject({
      code: 'UnsupportedDriverExtension',
    })
    const broken = { bootNode: () => Promise.reject(new BootringError('DatabaseUnavailable', 'gone')) }
    const method = getBootConfig(broken, () => new Echo('echo'))
    await expect(method({ node_id: node.uuid, name: 'boot.ipxe' }, context)).rejects.toMatchObject({
      code: 'DatabaseUnavailable',
    })
  })
})
