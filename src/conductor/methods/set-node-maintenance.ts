import type { Handlers } from '../../rpc/contract.ts'
import { ruledChanges } from '../rules/node-update-rules.ts'
import { maintenanceEntry } from './maintenance-entry.ts'
import type { ManagementParts } from './management-parts.ts'

/** `set_node_maintenance`: puts a node into maintenance or takes it out, whatever its state. */
export function setNodeMaintenance({
  tasks,
}: Pick<ManagementParts, 'tasks'>): NonNullable<Handlers['set_node_maintenance']> {
  return async ({ maintenance, node_id, reason }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const changes = ruledChanges(
        task.node,
        { maintenance, maintenance_reason: maintenance ? (reason ?? null) : null },
        false,
      )
      await task.save({ changes, history: maintenanceEntry(task.node, changes) })
      task.log.info({ maintenance, reason }, 'the node was put into maintenance, or taken out')
    })
    return {}
  }
}
