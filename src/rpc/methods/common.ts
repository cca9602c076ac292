/** Schemas that several methods share. */
export const nodeId = {
  type: 'string',
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'Canonical UUID of the node.',
} as const

export const uuid = (what: string) => ({ ...nodeId, description: `Canonical UUID of the ${what}.` }) as const

export const freeObject = (description: string) =>
  ({ type: 'object', required: [], additionalProperties: true, description }) as const

export const objects = (description: string, maxItems = 1000) =>
  ({ type: 'array', maxItems, items: freeObject(''), description }) as const

export const text = (description: string, maxLength = 255) => ({ type: 'string', maxLength, description }) as const

/** The result of what says nothing but that it is done, or has begun. */
export const done = freeObject('Nothing yet: it is done, or has begun where it takes long.')

/** A method about one node, which has no other parameters. */
export const ofNode = {
  type: 'object',
  properties: { node_id: nodeId },
  required: ['node_id'],
} as const

export const patch = objects('JSON Patch (RFC 6902), applied to the row as it is once the node is reserved.')
