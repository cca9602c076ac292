import type { NodeWithPorts } from '../../model/node.ts'
import type { NodeTask } from '../interfaces.ts'

/** A task's node as boot interfaces take it. */
export function bootNodeOf({ node, ports }: Pick<NodeTask, 'node' | 'ports'>): NodeWithPorts {
  return {
    id: node.id,
    uuid: node.uuid,
    name: node.name,
    driver: node.driver,
    conductorGroup: node.conductor_group,
    bootInterface: node.boot_interface,
    deployInterface: node.deploy_interface,
    provisionState: node.provision_state,
    driverInfo: node.driver_info,
    instanceInfo: node.instance_info,
    driverInternalInfo: node.driver_internal_info,
    properties: node.properties,
    bootMode: node.boot_mode,
    extra: node.extra,
    ports: ports.map(({ address, extra, pxe_enabled: pxeEnabled, uuid }) => ({ uuid, address, pxeEnabled, extra })),
  }
}
