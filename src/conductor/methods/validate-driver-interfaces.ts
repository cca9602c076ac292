import type { NodeView } from '../../drivers/interfaces.ts'
import { unsupported } from '../../drivers/unsupported.ts'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { type InterfaceType, interfaceTypes } from '../../model/records.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkInstanceTraits } from '../rules/trait-rules.ts'
import { failureText } from '../tasks/failure-text.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'hardware' | 'log' | 'store' | 'tasks'>

/** `validate_driver_interfaces`: without a reservation. As in Ironic, interfaces that do nothing (`no-…`) do not pass. */
export function validateDriverInterfaces({
  hardware,
  log,
  store,
  tasks,
}: Parts): NonNullable<Handlers['validate_driver_interfaces']> {
  return async ({ node_id }, context) => {
    const task = await tasks.look(node_id)
    const names = hardware.checkInterfaces(task.node)
    const interfaces: JsonObject = {}
    for (const type of interfaceTypes) {
      if (type === 'vendor') continue
      try {
        await validate(task, type, names[`${type}_interface`] ?? '')
        if (type === 'deploy')
          checkInstanceTraits(task.node, (await store.traits([task.node.id])).get(task.node.id) ?? [])
        interfaces[type] = { result: true }
      } catch (error) {
        interfaces[type] = { result: false, reason: failureText(error) }
        if (!(error instanceof BootringError))
          log.error(
            { err: error, node: node_id, requestId: context.requestId },
            `could not validate the ${type} interface`,
          )
      }
    }
    return { interfaces }
  }
}

async function validate(task: NodeView, type: InterfaceType, name: string): Promise<void> {
  const { hardware } = task
  switch (type) {
    case 'boot':
      return hardware.boot.validate(task)
    case 'deploy':
    case 'inspect':
    case 'management':
    case 'network':
    case 'power':
    case 'rescue':
      return await hardware[type].validate(task)
    default:
      // Known by name only.
      if (name.startsWith('no-')) throw unsupported(task.node, type)
  }
}
