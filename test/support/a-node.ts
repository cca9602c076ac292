import { type MacAddress, parseMac } from '../../src/model/mac.ts'
import type { NodeWithPorts } from '../../src/model/node.ts'

export const nodeUuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

/** A node that waits for its agent, with all that it takes to boot it; `changes` are laid over it. */
export function aNode(changes: Partial<NodeWithPorts> = {}): NodeWithPorts {
  return {
    id: 1,
    uuid: nodeUuid,
    name: 'rack1-n1',
    driver: 'fake-hardware',
    conductorGroup: '',
    bootInterface: 'ipxe',
    deployInterface: 'direct',
    provisionState: 'wait call-back',
    driverInfo: { deploy_kernel: 'file:///images/agent.kernel', deploy_ramdisk: 'http://images.example/agent.initrd' },
    instanceInfo: {},
    driverInternalInfo: {},
    properties: {},
    bootMode: null,
    extra: {},
    ports: [aPort('52:54:00:12:34:56')],
    ...changes,
  }
}

export function aPort(address: string, pxeEnabled = true): NodeWithPorts['ports'][number] {
  return {
    uuid: `00000000-0000-4000-8000-${address.replaceAll(':', '')}`,
    address: mac(address),
    pxeEnabled,
    extra: {},
  }
}

export function mac(text: string): MacAddress {
  const address = parseMac(text)
  if (!address) throw new Error(`${text} is no MAC`)
  return address
}
