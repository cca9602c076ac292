import type { Methods } from '../shapes.ts'
import { done, freeObject, nodeId, ofNode, text } from './common.ts'

/** What a node's hardware is asked, or told. */
export const hardwareMethods: Methods<
  | 'validate_driver_interfaces'
  | 'get_driver_properties'
  | 'change_node_power_state'
  | 'change_node_boot_mode'
  | 'change_node_secure_boot'
  | 'set_boot_device'
  | 'get_boot_device'
  | 'get_supported_boot_devices'
  | 'inject_nmi'
> = {
  validate_driver_interfaces: {
    since: '1.101',
    repeatable: true,
    description: "Says of each of a node's interfaces whether it has what it needs.",
    params: ofNode,
    result: {
      type: 'object',
      properties: {
        interfaces: freeObject(
          'By interface type: `result` (true, false, or null where the driver has none), and `reason` where false or null.',
        ),
      },
      required: ['interfaces'],
    },
  },
  get_driver_properties: {
    since: '1.101',
    repeatable: true,
    description: 'Names what goes into `driver_info` of nodes with this driver.',
    params: { type: 'object', properties: { driver_name: text('Hardware type.') }, required: ['driver_name'] },
    result: {
      type: 'object',
      properties: { properties: freeObject('What each is for, by name.') },
      required: ['properties'],
    },
  },
  change_node_power_state: {
    since: '1.101',
    description: 'Begins to switch a node.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        target: text('As REST takes it: `power on`, `power off`, `rebooting`, `soft power off`, `soft rebooting`.'),
        timeout: { type: 'integer', nullable: true, minimum: 1, description: 'How long it may take, in seconds.' },
      },
      required: ['node_id', 'target'],
    },
    result: done,
  },
  change_node_boot_mode: {
    since: '1.101',
    description: 'Begins to set the boot mode.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, target: text('`uefi` or `bios`.') },
      required: ['node_id', 'target'],
    },
    result: done,
  },
  change_node_secure_boot: {
    since: '1.101',
    description: 'Begins to turn secure boot on or off.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, target: { type: 'boolean' } },
      required: ['node_id', 'target'],
    },
    result: done,
  },
  set_boot_device: {
    since: '1.101',
    description: 'Sets what the machine boots from.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        device: text('e.g. `pxe`, `disk`.'),
        persistent: { type: 'boolean', description: 'Not for the next boot alone.' },
      },
      required: ['node_id', 'device', 'persistent'],
    },
    result: done,
  },
  get_boot_device: {
    since: '1.101',
    repeatable: true,
    description: 'Says what the machine boots from.',
    params: ofNode,
    result: {
      type: 'object',
      properties: { boot_device: freeObject('`boot_device` and `persistent`, null where not known.') },
      required: ['boot_device'],
    },
  },
  get_supported_boot_devices: {
    since: '1.101',
    repeatable: true,
    description: 'Says what the machine could boot from.',
    params: ofNode,
    result: {
      type: 'object',
      properties: { devices: { type: 'array', items: text('A boot device.') } },
      required: ['devices'],
    },
  },
  inject_nmi: {
    since: '1.101',
    description: 'Sends the machine a non-maskable interrupt.',
    params: ofNode,
    result: done,
  },
}
