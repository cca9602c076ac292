import type { ConductorTask } from '../tasks/conductor-task.ts'
import { forgetAgent, without } from './agent-notes.ts'
import type { Work } from './work.ts'

/** States whose rescue system has boot files and a password that go with the instance. */
const rescued: ReadonlySet<unknown> = new Set(['rescue', 'rescue wait', 'rescue failed', 'unrescue failed'])

/** Notes about the instance, which are gone with it. */
const instanceNotes = [
  'deleting_from',
  'deploy_boot_mode',
  'deploy_steps',
  'instance',
  'is_source_a_path',
  'is_whole_disk_image',
  'root_uuid_or_disk_id',
  'user_deploy_steps',
]

/** Ends the instance; automated cleaning follows. As in Ironic, its traces in the row go even where the machine refuses. */
export const deleting: Work = {
  historyType: 'unprovision',
  failure: 'Failed to tear down',
  async perform(task) {
    await forgetAgent(task)
    if (rescued.has(task.node.driver_internal_info.deleting_from)) await task.hardware.rescue.cleanUp(task)
    await task.hardware.deploy.tearDown(task)
    for (const { id } of task.hardware.network.vifList(task)) await task.hardware.network.vifDetach(task, id)
    return { event: 'clean', write: { changes: withoutInstance(task) } }
  },
  async cleanUp() {},
  onFailure: (task) => ({ changes: withoutInstance(task) }),
}

function withoutInstance({ node }: ConductorTask) {
  return {
    instance_info: {},
    instance_uuid: null,
    deploy_step: {},
    service_step: {},
    driver_internal_info: without(node.driver_internal_info, ...instanceNotes),
  }
}
