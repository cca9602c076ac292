import type { Handlers } from '../../rpc/contract.ts'
import { getBootDevice, getSupportedBootDevices, setBootDevice } from './boot-device.ts'
import { changeNodeBootMode, changeNodeSecureBoot } from './change-node-firmware.ts'
import { changeNodePowerState } from './change-node-power-state.ts'
import { createNode } from './create-node.ts'
import { createPort } from './create-port.ts'
import { destroyNode } from './destroy-node.ts'
import { destroyPort } from './destroy-port.ts'
import { getDriverProperties } from './get-driver-properties.ts'
import { injectNmi } from './inject-nmi.ts'
import type { ManagementParts } from './management-parts.ts'
import { addNodeTraits, removeNodeTraits } from './node-traits.ts'
import { createPortgroup, destroyPortgroup, updatePortgroup } from './portgroups.ts'
import { setNodeMaintenance } from './set-node-maintenance.ts'
import { updateNode } from './update-node.ts'
import { updatePort } from './update-port.ts'
import { validateDriverInterfaces } from './validate-driver-interfaces.ts'
import { vifAttach, vifDetach, vifList } from './vifs.ts'

/** What a conductor answers about nodes, what belongs to them, and their hardware; provisioning apart. */
export function managementHandlers(parts: ManagementParts) {
  return {
    create_node: createNode(parts),
    update_node: updateNode(parts),
    destroy_node: destroyNode(parts),
    set_node_maintenance: setNodeMaintenance(parts),
    create_port: createPort(parts),
    update_port: updatePort(parts),
    destroy_port: destroyPort(parts),
    create_portgroup: createPortgroup(parts),
    update_portgroup: updatePortgroup(parts),
    destroy_portgroup: destroyPortgroup(parts),
    add_node_traits: addNodeTraits(parts),
    remove_node_traits: removeNodeTraits(parts),
    vif_attach: vifAttach(parts),
    vif_detach: vifDetach(parts),
    vif_list: vifList(parts),
    validate_driver_interfaces: validateDriverInterfaces(parts),
    get_driver_properties: getDriverProperties(parts),
    change_node_power_state: changeNodePowerState(parts),
    change_node_boot_mode: changeNodeBootMode(parts),
    change_node_secure_boot: changeNodeSecureBoot(parts),
    set_boot_device: setBootDevice(parts),
    get_boot_device: getBootDevice(parts),
    get_supported_boot_devices: getSupportedBootDevices(parts),
    inject_nmi: injectNmi(parts),
  } satisfies Partial<Handlers>
}
