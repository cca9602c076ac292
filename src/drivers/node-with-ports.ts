import type { NodeWithPorts, Port } from '../model/node.ts'
import type { ProvisionState } from '../model/provision-states.ts'
import type { PortRecord } from '../model/records.ts'
import type { NodeView } from './interfaces.ts'

/**
 * What boot files are rendered from, of a node and its ports as they stand in the database. What a machine boots depends
 * on the node's state: `becoming` is the one that it will be in when the machine asks.
 */
export function nodeWithPorts(
  { node, ports, hardware }: Pick<NodeView, 'node' | 'ports'> & { hardware: NamedInterfaces },
  becoming?: ProvisionState,
): NodeWithPorts {
  return {
    id: node.id,
    uuid: node.uuid,
    name: node.name,
    driver: node.driver,
    conductorGroup: node.conductor_group,
    bootInterface: hardware.boot.name,
    deployInterface: hardware.deploy.name,
    provisionState: becoming ?? node.provision_state,
    driverInfo: node.driver_info,
    instanceInfo: node.instance_info,
    driverInternalInfo: node.driver_internal_info,
    properties: node.properties,
    extra: node.extra,
    ports: ports.map(bootPort).sort((a, b) => (a.address < b.address ? -1 : 1)),
  }
}

/** Those that decide what is rendered; a row may leave them to the defaults. */
interface NamedInterfaces {
  readonly boot: { readonly name: string }
  readonly deploy: { readonly name: string }
}

const bootPort = ({ uuid, address, pxe_enabled, extra }: PortRecord): Port => ({
  uuid,
  address,
  pxeEnabled: pxe_enabled,
  extra,
})
