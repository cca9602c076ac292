import { createHash, timingSafeEqual } from 'node:crypto'
import type { NodeTask } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { ProvisionState } from '../../model/provision-states.ts'
import type { Handlers } from '../../rpc/contract.ts'
import type { AgentHeartbeat } from '../../rpc/shapes.ts'
import { hasAgentCalled } from '../provision/agent-notes.ts'
import { target } from '../provision/cleaning.ts'
import type { Provisioning } from '../provision/provisioning.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import { once } from '../tasks/exclusive-tasks.ts'
import type { Background, NodeTasks } from '../tasks/node-tasks.ts'

/** States in which an agent may be running for its node. */
const heard: ReadonlySet<string | null> = new Set<ProvisionState>([
  'wait call-back',
  'deploying',
  'deploy hold',
  'clean wait',
  'cleaning',
  'clean hold',
  'rescue wait',
  'rescuing',
  'service wait',
  'servicing',
  'service hold',
])

/** Those in which a heartbeat goes on with the work. */
const awaited: ReadonlySet<string | null> = new Set<ProvisionState>([
  'wait call-back',
  'clean wait',
  'rescue wait',
  'service wait',
])

/** `heartbeat`: an agent is alive. Its first one goes on with the work that waits for it; in maintenance, none does. */
export function heartbeat(tasks: NodeTasks, provisioning: Provisioning): NonNullable<Handlers['heartbeat']> {
  return async ({ node_id, ...said }, context) => {
    if (said.agent_version === undefined && said.agent_status === undefined)
      throw new BootringError('InvalidParameter', 'Agent did not transmit a version, and a version is required.')
    const seen = await tasks.look(node_id)
    checkToken(seen, said.agent_token)
    if (!heard.has(seen.node.provision_state)) return {}
    try {
      await tasks.begin(node_id, context, (task) => beat(task, said, provisioning), once)
    } catch (error) {
      // The next one will do, but for the first: the sooner the agent comes again, the better.
      const isKnown = seen.node.driver_internal_info.agent_url !== undefined
      if (!(isKnown && error instanceof BootringError && error.code === 'NodeLocked')) throw error
    }
    return {}
  }
}

async function beat(
  task: ConductorTask,
  said: AgentHeartbeat,
  provisioning: Provisioning,
): Promise<Background | undefined> {
  // The row as it is under the reservation: the machine may have been rebooted meanwhile.
  checkToken(task, said.agent_token)
  const { maintenance, provision_state } = task.node
  if (!heard.has(provision_state)) return undefined
  const driver_internal_info = { ...task.node.driver_internal_info, ...notesOf(said) }
  if (!awaited.has(provision_state) || maintenance || hasAgentCalled(task.node)) {
    await task.save({ changes: { driver_internal_info }, release: true })
    return undefined
  }
  return await provisioning.enter(task, 'resume', {
    ...target(task),
    changes: { driver_internal_info: { ...driver_internal_info, agent_has_called: true } },
  })
}

function notesOf(said: AgentHeartbeat): JsonObject {
  const { agent_status, agent_status_message, agent_verify_ca, agent_version, callback_url } = said
  return {
    agent_url: callback_url,
    // As Ironic writes it: UTC, without a zone.
    agent_last_heartbeat: new Date().toISOString().slice(0, -1),
    ...(agent_version === undefined ? {} : { agent_version }),
    ...(agent_verify_ca === undefined ? {} : { agent_verify_ca }),
    ...(agent_status === undefined ? {} : { agent_status }),
    ...(agent_status_message === undefined ? {} : { agent_status_message }),
  }
}

/** Throws `InvalidParameter`; the time that it takes tells nothing of the token. */
function checkToken({ node }: Pick<NodeTask, 'node'>, token: string): void {
  const known = node.driver_internal_info.agent_secret_token
  if (typeof known === 'string' && timingSafeEqual(digest(known), digest(token))) return
  throw new BootringError('InvalidParameter', 'Invalid or missing agent token received.')
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
