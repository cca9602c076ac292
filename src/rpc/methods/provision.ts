import type { Methods } from '../shapes.ts'
import { done, nodeId, objects, ofNode, text } from './common.ts'

/** Verbs of provisioning. Each checks, changes the node's state and answers; what takes long goes on in the background under the same reservation. */
export const provisionMethods: Methods<
  | 'do_provisioning_action'
  | 'do_node_deploy'
  | 'do_node_tear_down'
  | 'do_node_clean'
  | 'do_node_service'
  | 'do_node_rescue'
  | 'do_node_unrescue'
  | 'inspect_hardware'
> = {
  do_provisioning_action: {
    since: '1.101',
    description: 'Carries out a verb that has no method of its own.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, action: text('`manage`, `provide`, `abort`, `adopt` or `unhold`.') },
      required: ['node_id', 'action'],
    },
    result: done,
  },
  do_node_deploy: {
    since: '1.101',
    description: 'Deploys a node, or deploys it again.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        rebuild: { type: 'boolean' },
        configdrive: { ...text('Base64 of the compressed config drive, or a URL.', 1048576), nullable: true },
        deploy_steps: { ...objects('Steps in place of those of the same name.'), nullable: true },
      },
      required: ['node_id', 'rebuild'],
    },
    result: done,
  },
  do_node_tear_down: {
    since: '1.101',
    description: 'Takes a node out of use.',
    params: ofNode,
    result: done,
  },
  do_node_clean: {
    since: '1.101',
    description: 'Cleans a node by the steps that are named.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        clean_steps: objects('`interface`, `step` and `args` of each.'),
        disable_ramdisk: { type: 'boolean', description: 'The steps need no agent.' },
      },
      required: ['node_id', 'clean_steps', 'disable_ramdisk'],
    },
    result: done,
  },
  do_node_service: {
    since: '1.101',
    description: 'Services an active node by the steps that are named.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        service_steps: objects('`interface`, `step` and `args` of each.'),
        disable_ramdisk: { type: 'boolean', description: 'The steps need no agent.' },
      },
      required: ['node_id', 'service_steps', 'disable_ramdisk'],
    },
    result: done,
  },
  do_node_rescue: {
    since: '1.101',
    description: 'Boots a node into a rescue system.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, rescue_password: text('Password of its user `rescue`.') },
      required: ['node_id', 'rescue_password'],
    },
    result: done,
  },
  do_node_unrescue: {
    since: '1.101',
    description: 'Boots a rescued node into its own system again.',
    params: ofNode,
    result: done,
  },
  inspect_hardware: {
    since: '1.101',
    description: 'Finds out what hardware a node has.',
    params: ofNode,
    result: done,
  },
}
