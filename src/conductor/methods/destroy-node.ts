import type { Handlers } from '../../rpc/contract.ts'
import { checkMayBeDeleted } from '../rules/node-deletion-rules.ts'
import type { ManagementParts } from './management-parts.ts'

/** `destroy_node`: deletes a node with all that belongs to it, where its state allows that or it is in maintenance. */
export function destroyNode({
  bootFiles,
  mayDeleteAvailable,
  tasks,
}: Pick<ManagementParts, 'bootFiles' | 'mayDeleteAvailable' | 'tasks'>): NonNullable<Handlers['destroy_node']> {
  return async ({ node_id: uuid }, context) => {
    await tasks.run(uuid, context, async (task) => {
      checkMayBeDeleted(task.node, mayDeleteAvailable)
      await task.write((store, session) => store.destroyNode(uuid, session))
      task.end()
      task.log.info({ name: task.node.name, state: task.node.provision_state }, 'the node was deleted')
    })
    bootFiles.changed(uuid)
    return {}
  }
}
