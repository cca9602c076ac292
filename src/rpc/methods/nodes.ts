import type { Methods } from '../shapes.ts'
import { done, freeObject, nodeId, objects, ofNode, patch, text, uuid } from './common.ts'

/** Nodes and what belongs to them. Each takes the node's reservation while it works, but for `create_node` and `vif_list`. */
export const nodeMethods: Methods<
  | 'create_node'
  | 'update_node'
  | 'destroy_node'
  | 'set_node_maintenance'
  | 'create_port'
  | 'update_port'
  | 'destroy_port'
  | 'create_portgroup'
  | 'update_portgroup'
  | 'destroy_portgroup'
  | 'add_node_traits'
  | 'remove_node_traits'
  | 'vif_attach'
  | 'vif_detach'
  | 'vif_list'
> = {
  create_node: {
    since: '1.101',
    description: 'Creates a node from fields named as in REST, checked and complete with its UUID.',
    params: {
      type: 'object',
      properties: {
        node: freeObject('Fields of the node, `uuid` and `driver` among them; `traits` where it has any.'),
      },
      required: ['node'],
    },
    result: done,
  },
  update_node: {
    since: '1.101',
    description: 'Patches a node.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        patch,
        reset_interfaces: {
          type: 'boolean',
          nullable: true,
          description: 'Interfaces that the patch does not name become the defaults of its new driver.',
        },
      },
      required: ['node_id', 'patch'],
    },
    result: done,
  },
  destroy_node: {
    since: '1.101',
    description: 'Deletes a node with all that belongs to it.',
    params: ofNode,
    result: done,
  },
  set_node_maintenance: {
    since: '1.101',
    description: 'Puts a node into maintenance, or takes it out.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        maintenance: { type: 'boolean' },
        reason: { ...text('Why.', 65535), nullable: true },
      },
      required: ['node_id', 'maintenance'],
    },
    result: done,
  },
  create_port: {
    since: '1.101',
    description: 'Creates a port of a node.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, port: freeObject('Fields of the port, `uuid` and `address` among them.') },
      required: ['node_id', 'port'],
    },
    result: done,
  },
  update_port: {
    since: '1.101',
    description: 'Patches a port.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, port_id: uuid('port'), patch },
      required: ['node_id', 'port_id', 'patch'],
    },
    result: done,
  },
  destroy_port: {
    since: '1.101',
    description: 'Deletes a port.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, port_id: uuid('port') },
      required: ['node_id', 'port_id'],
    },
    result: done,
  },
  create_portgroup: {
    since: '1.101',
    description: 'Creates a portgroup of a node.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, portgroup: freeObject('Fields of the portgroup, `uuid` among them.') },
      required: ['node_id', 'portgroup'],
    },
    result: done,
  },
  update_portgroup: {
    since: '1.101',
    description: 'Patches a portgroup.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, portgroup_id: uuid('portgroup'), patch },
      required: ['node_id', 'portgroup_id', 'patch'],
    },
    result: done,
  },
  destroy_portgroup: {
    since: '1.101',
    description: 'Deletes a portgroup, which must have no ports.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, portgroup_id: uuid('portgroup') },
      required: ['node_id', 'portgroup_id'],
    },
    result: done,
  },
  add_node_traits: {
    since: '1.101',
    description: 'Adds traits to a node, or replaces them all.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        traits: { type: 'array', maxItems: 50, items: text('A trait.') },
        replace: { type: 'boolean' },
      },
      required: ['node_id', 'traits', 'replace'],
    },
    result: done,
  },
  remove_node_traits: {
    since: '1.101',
    description: 'Removes traits of a node.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        traits: { type: 'array', maxItems: 50, items: text('A trait.'), description: 'Empty: all of them.' },
      },
      required: ['node_id', 'traits'],
    },
    result: done,
  },
  vif_attach: {
    since: '1.101',
    description: 'Attaches a VIF to a node.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        vif_info: freeObject('`id` of the VIF; `port_uuid` or `portgroup_uuid` may name where.'),
      },
      required: ['node_id', 'vif_info'],
    },
    result: done,
  },
  vif_detach: {
    since: '1.101',
    description: 'Detaches a VIF.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, vif_id: text('Id of the VIF.') },
      required: ['node_id', 'vif_id'],
    },
    result: done,
  },
  vif_list: {
    since: '1.101',
    repeatable: true,
    description: 'Names the VIFs of a node.',
    params: ofNode,
    result: { type: 'object', properties: { vifs: objects('Each with its `id`.') }, required: ['vifs'] },
  },
}
