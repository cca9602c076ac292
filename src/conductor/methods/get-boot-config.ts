import type { BootInterface } from '../../drivers/boot/boot-interface.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode } from '../../model/node.ts'
import { needsBootFiles } from '../../model/provision-states.ts'
import type { BootNodeStore } from '../../model/stores.ts'
import { traced } from '../../observe/trace.ts'
import type { Handlers } from '../../rpc/contract.ts'

/**
 * `get_boot_config`: the text of one of a node's boot files. The task is shared: it reserves nothing, waits for no
 * lock and validates nothing, so that a machine boots whatever else is being done to its node.
 */
export function getBootConfig(
  nodes: BootNodeStore,
  bootInterfaceOf: (node: Pick<BootNode, 'bootInterface'>) => Pick<BootInterface, 'getBootConfig'>,
): Handlers['get_boot_config'] {
  return async ({ node_id: uuid, name }, { requestId, trace }) => {
    const look = () => nodes.bootNode(uuid)
    const node = await (trace === undefined ? look() : traced(trace, 'node', look))
    if (!node) throw new BootringError('NodeNotFound', `no node has the UUID ${JSON.stringify(uuid)}`)
    // Otherwise a diskless machine that is no longer in use would boot the agent where the API restricts nothing.
    if (node.deployInterface === 'ramdisk' && !needsBootFiles(node))
      throw new BootringError('StateForbidsBoot', `node ${uuid} is diskless and has nothing to boot in this state`)
    const bootInterface = bootInterfaceOf(node)
    return trace === undefined
      ? bootInterface.getBootConfig(node, name, { requestId })
      : traced(trace, 'file', (step) => bootInterface.getBootConfig(node, name, { requestId, trace: step }))
  }
}
