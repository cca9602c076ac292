import { BootringError } from '../../model/errors.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { failureText } from '../tasks/failure-text.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'tasks'>

/** `vif_attach`, by the node's network interface. */
export function vifAttach({ tasks }: Parts): NonNullable<Handlers['vif_attach']> {
  return async ({ node_id, vif_info: vif }, context) => {
    const { id } = vif
    if (typeof id !== 'string' || id === '') throw new BootringError('InvalidParameter', 'a VIF needs its id')
    if (vif.port_uuid !== undefined && vif.portgroup_uuid !== undefined)
      throw new BootringError('InvalidParameter', 'a VIF is attached to a port or to a portgroup, not both')
    await tasks.run(node_id, context, async (task) => {
      const { network } = task.hardware
      await network.validate(task)
      await recordingFailure(task, `attach VIF ${id}`, () => network.vifAttach(task, { ...vif, id }))
      task.log.info({ vif: id }, 'a VIF was attached')
    })
    return {}
  }
}

/** `vif_detach`, by the node's network interface. */
export function vifDetach({ tasks }: Parts): NonNullable<Handlers['vif_detach']> {
  return async ({ node_id, vif_id: id }, context) => {
    await tasks.run(node_id, context, async (task) => {
      const { network } = task.hardware
      await network.validate(task)
      await recordingFailure(task, `detach VIF ${id}`, () => network.vifDetach(task, id))
      task.log.info({ vif: id }, 'a VIF was detached')
    })
    return {}
  }
}

/** `vif_list`: without a reservation. */
export function vifList({ tasks }: Parts): NonNullable<Handlers['vif_list']> {
  return async ({ node_id }) => {
    const task = await tasks.look(node_id)
    await task.hardware.network.validate(task)
    return { vifs: task.hardware.network.vifList(task).map(({ id }) => ({ id })) }
  }
}

/** As Ironic does, the node's history keeps the failure that the caller is told. */
async function recordingFailure(task: ConductorTask, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const event = `Failed to ${what}: ${failureText(error)}`
    await task.save({ history: [{ event, event_type: task.node.provision_state, severity: 'ERROR', user: null }] })
    throw error
  }
}
