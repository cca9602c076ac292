import { BootringError } from '../../model/errors.ts'
import type { PortgroupRecord } from '../../model/records.ts'
import { newPortgroup, patchedPortgroup } from '../../resources/portgroup.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkMayDeletePortgroup, checkPortgroupUpdate } from '../rules/portgroup-rules.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'tasks'>

/** `create_portgroup`. */
export function createPortgroup({ tasks }: Parts): NonNullable<Handlers['create_portgroup']> {
  return async ({ node_id, portgroup: body }, context) => {
    const { portgroup } = newPortgroup(body)
    await tasks.run(node_id, context, async (task) => {
      await task.write((store, session) => store.createPortgroup(node_id, session, portgroup))
      task.log.info({ portgroup: portgroup.uuid }, 'a portgroup was created')
    })
    return {}
  }
}

/** `update_portgroup`: the patch is applied to the row as it is once its node is reserved. Its ports follow its physical network. */
export function updatePortgroup({ tasks }: Parts): NonNullable<Handlers['update_portgroup']> {
  return async ({ node_id, patch, portgroup_id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const before = find(task, portgroup_id)
      const changes = patchedPortgroup({ ...before, node_uuid: node_id }, patch)
      if (Object.keys(changes).length === 0) return
      checkPortgroupUpdate(task, before, changes)
      await task.hardware.network.validate(task)
      await task.updatePortgroup(portgroup_id, changes)
      const { physical_network } = changes
      if (physical_network !== undefined) {
        for (const port of task.ports)
          if (port.portgroup_id === before.id) await task.updatePort(port.uuid, { physical_network })
      }
      task.log.info({ portgroup: portgroup_id, fields: Object.keys(changes) }, 'a portgroup was changed')
    })
    return {}
  }
}

/** `destroy_portgroup`: not while it has ports. */
export function destroyPortgroup({ tasks }: Parts): NonNullable<Handlers['destroy_portgroup']> {
  return async ({ node_id, portgroup_id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      checkMayDeletePortgroup(task, find(task, portgroup_id))
      await task.write((store, session) => store.destroyPortgroup(node_id, session, portgroup_id))
      task.log.info({ portgroup: portgroup_id }, 'a portgroup was deleted')
    })
    return {}
  }
}

function find({ node, portgroups }: ConductorTask, uuid: string): PortgroupRecord {
  const portgroup = portgroups.find((one) => one.uuid === uuid)
  if (!portgroup) throw new BootringError('NotFound', `node ${node.uuid} has no portgroup ${uuid}`)
  return portgroup
}
