import type { Methods } from '../shapes.ts'
import { done, freeObject, nodeId, ofNode, text } from './common.ts'

/** What the agent on a machine says, handed on. */
export const agentMethods: Methods<'get_node_with_token' | 'heartbeat' | 'continue_inspection'> = {
  get_node_with_token: {
    since: '1.101',
    description: 'Gives the token with which the agent of a node shows who it is; once for each boot.',
    params: ofNode,
    result: {
      type: 'object',
      properties: { agent_token: text('The token, or `******` where it was given out already.') },
      required: ['agent_token'],
    },
  },
  heartbeat: {
    since: '1.101',
    repeatable: true,
    description: 'An agent is alive.',
    params: {
      type: 'object',
      properties: {
        node_id: nodeId,
        callback_url: text('URL of its own API.', 2048),
        agent_token: text('Its token.'),
        agent_version: { ...text('Its version.'), nullable: true },
        agent_verify_ca: { ...text('Certificate (PEM) of its API.', 65535), nullable: true },
        agent_status: { ...text('`start`, `end` or `error` of what it does by itself.'), nullable: true },
        agent_status_message: { ...text('Words to that.', 65535), nullable: true },
      },
      required: ['node_id', 'callback_url', 'agent_token'],
    },
    result: done,
  },
  continue_inspection: {
    since: '1.101',
    description: 'What an agent has found.',
    params: {
      type: 'object',
      properties: { node_id: nodeId, inventory: freeObject('The inventory.'), plugin_data: freeObject('All else.') },
      required: ['node_id', 'inventory', 'plugin_data'],
    },
    result: done,
  },
}
