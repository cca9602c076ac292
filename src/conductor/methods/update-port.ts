import { BootringError } from '../../model/errors.ts'
import type { ListedPort } from '../../model/management-stores.ts'
import { patchedPort } from '../../resources/port.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkPortUpdate } from '../rules/port-rules.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { ManagementParts } from './management-parts.ts'
import { portgroupKey } from './portgroup-key.ts'

/** `update_port`: the patch is applied to the row as it is once the port's node is reserved. */
export function updatePort({
  bootFiles,
  tasks,
}: Pick<ManagementParts, 'bootFiles' | 'tasks'>): NonNullable<Handlers['update_port']> {
  return async ({ node_id, patch, port_id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const before = listed(task, port_id)
      const { portgroup_uuid, ...fields } = patchedPort(before, patch)
      const changes =
        portgroup_uuid === undefined ? fields : { ...fields, portgroup_id: portgroupKey(task, portgroup_uuid) }
      if (Object.keys(changes).length === 0) return
      const adopted = checkPortUpdate(task, before, changes)
      await task.hardware.network.validate(task)
      await task.updatePort(port_id, changes)
      if (adopted) await task.updatePortgroup(adopted.portgroupUuid, adopted.changes)
      task.log.info({ port: port_id, fields: Object.keys(changes) }, 'a port was changed')
    })
    bootFiles.changed(node_id)
    return {}
  }
}

function listed({ node, portgroups, ports }: ConductorTask, uuid: string): ListedPort {
  const port = ports.find((one) => one.uuid === uuid)
  if (!port) throw new BootringError('PortNotFound', `node ${node.uuid} has no port ${uuid}`)
  const group = portgroups.find((one) => one.id === port.portgroup_id)
  return { ...port, node_uuid: node.uuid, portgroup_uuid: group?.uuid ?? null }
}
