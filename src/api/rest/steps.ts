/*
 * Steps of cleaning, servicing and deploying as clients name them. Source: ironic/api/controllers/v1/node.py.
 */

/** Interfaces that have steps. */
const interfaces = ['power', 'management', 'deploy', 'bios', 'raid', 'vendor', 'firmware']

const step = { type: 'string', minLength: 1, maxLength: 255, description: 'Its name.' }
const args = { type: 'object', additionalProperties: true, description: 'What it is called with.' }
const number = (description: string) => ({
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^[0-9]+$', maxLength: 9 },
  ],
  description,
})
const steps = (properties: object, required: readonly string[], description: string) => ({
  type: ['array', 'null'],
  maxItems: 1000,
  items: {
    type: 'object',
    properties: { interface: { type: 'string', enum: interfaces }, step, args, ...properties },
    required,
    additionalProperties: false,
  },
  description,
})

/** Steps of cleaning and servicing. */
export const stepsSchema = (description: string) =>
  steps(
    {
      order: number('When it comes.'),
      execute_on_child_nodes: { type: 'boolean' },
      limit_child_node_execution: { type: 'array', items: { type: 'string', maxLength: 255 }, maxItems: 1000 },
    },
    ['interface', 'step'],
    description,
  )

export const deploySteps = steps(
  { priority: number('When it comes; 0: not at all.') },
  ['interface', 'step', 'args', 'priority'],
  'Steps in place of those of the same name, for deploying and rebuilding.',
)
