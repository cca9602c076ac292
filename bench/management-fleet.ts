import type { JsonObject } from '../src/model/node.ts'
import type { FleetNode } from '../src/model/stores.ts'
import { macOf, makeFleet } from './fleet.ts'

/** So many nodes wait for their script in fleets of every size: writing boot files is none of what is measured here. */
export const waitingNodes = 100

/** A fleet that is mostly at rest, as fleets are. Node 0 may not boot, those behind it may, and the rest is available. */
export function makeManagedFleet(nodes: number, seed: number): FleetNode[] {
  return makeFleet(nodes - 1, seed).map((node, index) =>
    index > waitingNodes ? { ...node, provisionState: 'available' } : node,
  )
}

/** What a client sends to create a node of this fleet, and then its port. */
export function creationOf(node: FleetNode, index: number): { node: JsonObject; port: JsonObject } {
  const uuid = node.uuid as string
  return {
    node: {
      uuid,
      name: node.name as string,
      driver: node.driver,
      boot_interface: node.bootInterface,
      deploy_interface: node.deployInterface,
      properties: node.properties,
      driver_info: { address: `192.0.2.${index % 250}`, username: 'admin' },
    },
    port: { node_uuid: uuid, address: macOf(index), pxe_enabled: true },
  }
}
