import { BootringError } from '../../model/errors.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkMayDeletePort } from '../rules/port-rules.ts'
import type { ManagementParts } from './management-parts.ts'

/** `destroy_port`: not while a VIF is attached to it. */
export function destroyPort({
  bootFiles,
  tasks,
}: Pick<ManagementParts, 'bootFiles' | 'tasks'>): NonNullable<Handlers['destroy_port']> {
  return async ({ node_id, port_id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const port = task.ports.find((one) => one.uuid === port_id)
      if (!port) throw new BootringError('PortNotFound', `node ${node_id} has no port ${port_id}`)
      checkMayDeletePort(task, port)
      await task.write((store, session) => store.destroyPort(node_id, session, port_id))
      task.log.info({ port: port_id, address: port.address }, 'a port was deleted')
    })
    bootFiles.changed(node_id)
    return {}
  }
}
