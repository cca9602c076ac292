import type { AnyInterface, NodeView } from '../../drivers/interfaces.ts'
import { BootringError } from '../../model/errors.ts'

/** Before anything is changed, so that whoever asks is told. Throws what is wrong with the node as `InvalidParameter`. */
export async function validated(view: NodeView, what: string, interfaces: readonly AnyInterface[]): Promise<void> {
  try {
    for (const one of interfaces) await one.validate(view)
  } catch (error) {
    if (!(error instanceof BootringError) || error.code === 'UnsupportedDriverExtension') throw error
    throw new BootringError(
      'InvalidParameter',
      `Validation of node ${view.node.uuid} for ${what} failed: ${error.message}`,
      { cause: error },
    )
  }
}

/** Throws `NodeInMaintenance`. */
export function refuseInMaintenance({ node }: Pick<NodeView, 'node'>, what: string): void {
  if (node.maintenance)
    throw new BootringError(
      'NodeInMaintenance',
      `The ${what} operation can't be performed on node ${node.uuid} because it's in maintenance mode.`,
    )
}

/** Throws `NodeProtected`. */
export function refuseProtected({ node }: Pick<NodeView, 'node'>, what: string): void {
  if (node.protected)
    throw new BootringError(
      'NodeProtected',
      `Node ${node.uuid} is protected and can't be ${what}${node.protected_reason ? `: ${node.protected_reason}` : ''}`,
    )
}
