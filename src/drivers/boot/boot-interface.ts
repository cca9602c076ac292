import type { BootFileName } from '../../ipxe/boot-loader.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode, NodeWithPorts } from '../../model/node.ts'
import type { TraceSpan } from '../../observe/trace.ts'
import type { AnyInterface, NodeTask } from '../interfaces.ts'

/** For whom a boot file is wanted. */
export interface BootRequest {
  /** For the log. */
  requestId: string
  /** The step in which it is read or made, where the request is traced. */
  trace?: TraceSpan | undefined
}

/**
 * How a node's machine boots. `getBootConfig` answers the boot configuration API: it may read files and render, but
 * takes no lock, starts no thread and validates nothing. The base class serves no file at all.
 */
export class BootInterface implements AnyInterface {
  readonly name: string
  /** What it reads of `driver_info`. */
  readonly properties: Readonly<Record<string, string>> = {}
  /** The boot files that it has for a machine. */
  readonly fileNames: readonly BootFileName[] = []

  constructor(name: string) {
    this.name = name
  }

  /** Throws `MissingParameter` or `InvalidParameter` for what is wrong with the node. */
  validate(_task: Pick<NodeTask, 'node' | 'ports'>): void {}

  /** The text of the boot file called `fileName`. Throws `UnsupportedDriverExtension` or `UnknownBootFile`. */
  async getBootConfig(node: BootNode, fileName: string, _request?: BootRequest): Promise<string> {
    return this.render(node, fileName)
  }

  /** The same, made from the row alone: reads no files of the node, and has no image fetched. Throws the same. */
  render(node: BootNode, fileName: string): string {
    throw new BootringError(
      'UnsupportedDriverExtension',
      `boot interface ${this.name} of node ${node.uuid} serves no boot files (asked for ${JSON.stringify(fileName)})`,
    )
  }

  /**
   * Puts what the node's machine boots in its state onto this conductor's disk (see `bootModeOf`; a task's node is made into a
   * `NodeWithPorts` by `bootNodeOf`). Throws `MissingParameter`, `TemplateFailed`, `ImageUnavailable`, `BootConfigUnavailable` or
   * `UnsupportedDriverExtension`.
   */
  async prepare(_node: NodeWithPorts): Promise<void> {}

  /** Removes what `prepare` put there; no error where there is nothing. */
  async cleanUp(_nodeUuid: string): Promise<void> {}
}
