import { BootringError } from '../../model/errors.ts'
import type { ManagementReader } from '../../model/management-stores.ts'

/** Whether a node may be a part of another one. Throws `InvalidParameter` where that is not there, or is the node itself. */
export async function checkParent(
  store: Pick<ManagementReader, 'node'>,
  nodeUuid: string,
  parent: string | null | undefined,
): Promise<void> {
  if (parent === null || parent === undefined) return
  if (parent === nodeUuid || (await store.node(parent))?.uuid !== parent)
    throw new BootringError(
      'InvalidParameter',
      `parent_node has to be the UUID of another node: ${JSON.stringify(parent)}`,
    )
}
