import { newPort } from '../../resources/port.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkNewPort } from '../rules/port-rules.ts'
import type { ManagementParts } from './management-parts.ts'
import { portgroupKey } from './portgroup-key.ts'

/** `create_port`. A portgroup takes on the physical network of its first port. */
export function createPort({
  bootFiles,
  tasks,
}: Pick<ManagementParts, 'bootFiles' | 'tasks'>): NonNullable<Handlers['create_port']> {
  return async ({ node_id, port: body }, context) => {
    const { port: fields, portgroup_uuid = null } = newPort(body)
    await tasks.run(node_id, context, async (task) => {
      const port = { ...fields, portgroup_id: portgroupKey(task, portgroup_uuid) }
      const adopted = checkNewPort(task, port)
      await task.createPort(port)
      if (adopted) await task.updatePortgroup(adopted.portgroupUuid, adopted.changes)
      task.log.info({ port: port.uuid, address: port.address }, 'a port was created')
    })
    bootFiles.changed(node_id)
    return {}
  }
}
