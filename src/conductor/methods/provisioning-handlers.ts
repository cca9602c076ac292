import type { Handlers } from '../../rpc/contract.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import type { NodeTasks } from '../tasks/node-tasks.ts'
import { continueInspection } from './continue-inspection.ts'
import { doNodeClean } from './do-node-clean.ts'
import { doNodeDeploy } from './do-node-deploy.ts'
import { doNodeRescue, doNodeUnrescue } from './do-node-rescue.ts'
import { doNodeService } from './do-node-service.ts'
import { doNodeTearDown } from './do-node-tear-down.ts'
import { doProvisioningAction } from './do-provisioning-action.ts'
import { getNodeWithToken } from './get-node-with-token.ts'
import { heartbeat } from './heartbeat.ts'
import { inspectHardware } from './inspect-hardware.ts'

/** What a conductor answers to those who provision nodes, and to agents. */
export function provisioningHandlers(tasks: NodeTasks, provisioning: Provisioning) {
  return {
    do_provisioning_action: doProvisioningAction(tasks, provisioning),
    do_node_deploy: doNodeDeploy(tasks, provisioning),
    do_node_tear_down: doNodeTearDown(tasks, provisioning),
    do_node_clean: doNodeClean(tasks, provisioning),
    do_node_service: doNodeService(tasks, provisioning),
    do_node_rescue: doNodeRescue(tasks, provisioning),
    do_node_unrescue: doNodeUnrescue(tasks, provisioning),
    inspect_hardware: inspectHardware(tasks, provisioning),
    get_node_with_token: getNodeWithToken(tasks),
    heartbeat: heartbeat(tasks, provisioning),
    continue_inspection: continueInspection(tasks, provisioning),
  } satisfies Partial<Handlers>
}
