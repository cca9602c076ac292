import type { Step } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'

const interfaces = ['bios', 'deploy', 'firmware', 'management', 'power', 'raid', 'vendor']
const members = [
  'interface',
  'step',
  'args',
  'priority',
  'order',
  'execute_on_child_nodes',
  'limit_child_node_execution',
]

/** Steps as somebody asks for them. Throws `InvalidParameter` for what is none. */
export function parseSteps(steps: readonly JsonObject[]): Step[] {
  if (steps.length === 0) throw invalid('none is named')
  return steps.map((given) => {
    const { args, interface: type, priority, step } = given
    if (typeof type !== 'string' || !interfaces.includes(type))
      throw invalid(`its interface is one of ${interfaces.join(', ')}`, given)
    if (typeof step !== 'string' || step === '') throw invalid('it needs a name', given)
    if (args !== undefined && !isObject(args)) throw invalid('args is an object', given)
    const unknown = Object.keys(given).find((key) => !members.includes(key))
    if (unknown !== undefined) throw invalid(`${JSON.stringify(unknown)} is not known`, given)
    return {
      interface: type,
      step,
      args: isObject(args) ? args : {},
      priority: typeof priority === 'number' ? priority : 0,
    }
  })
}

/** Steps that `parseSteps` has let into the row. */
export function stepsOf(notes: JsonObject, key: 'clean_steps' | 'service_steps'): Step[] {
  const steps = notes[key]
  return Array.isArray(steps) && steps.length > 0 ? parseSteps(steps.filter(isObject)) : []
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(what: string, step?: JsonObject): BootringError {
  const which = step === undefined ? 'steps' : `step ${JSON.stringify(step.step ?? null)}`
  return new BootringError('InvalidParameter', `${which}: ${what}`)
}
