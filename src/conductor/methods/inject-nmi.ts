import type { Handlers } from '../../rpc/contract.ts'
import type { ManagementParts } from './management-parts.ts'

/** `inject_nmi`: sends the machine a non-maskable interrupt. */
export function injectNmi({ tasks }: Pick<ManagementParts, 'tasks'>): NonNullable<Handlers['inject_nmi']> {
  return async ({ node_id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const { management } = task.hardware
      await management.validate(task)
      await management.injectNmi(task)
      task.log.info('an NMI was sent')
    })
    return {}
  }
}
