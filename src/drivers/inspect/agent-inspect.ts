import type { JsonObject } from '../../model/node.ts'
import { bootAgent, validateAgentBoot } from '../boot-agent.ts'
import type { InspectInterface, NodeTask, NodeView, Progress } from '../interfaces.ts'
import { switchOff } from '../power/switch-power.ts'
import { foundPort, readInventory } from './inventory.ts'

/** The agent looks at the machine, and sends what it has found to /v1/continue_inspection. */
export class AgentInspect implements InspectInterface {
  readonly name = 'agent'
  readonly properties = {}

  validate(task: NodeView): void {
    validateAgentBoot(task)
  }

  async inspect(task: NodeTask): Promise<Progress> {
    await bootAgent(task, 'inspect wait')
    return 'wait'
  }

  async continueInspection(task: NodeTask, inventory: JsonObject): Promise<void> {
    const { bootMode, nics, properties } = readInventory(inventory)
    await task.update({
      properties: { ...task.node.properties, ...properties },
      ...(bootMode === undefined ? {} : { boot_mode: bootMode }),
    })
    const known = new Set(task.ports.map(({ address }) => address))
    for (const address of nics) if (!known.has(address)) await task.createPort(foundPort(address))
    await this.abort(task)
  }

  async abort(task: NodeTask): Promise<void> {
    await task.hardware.boot.cleanUp(task.node.uuid)
    await switchOff(task)
  }
}
