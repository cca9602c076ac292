import type { BootFiles } from '../../ipxe/boot-files.ts'
import type { ImageStore } from '../../ipxe/image-store.ts'
import type { NodeScripts } from '../../ipxe/node-script.ts'
import { scriptInputs } from '../../ipxe/pxe-options.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode, NodeWithPorts } from '../../model/node.ts'
import type { Logger } from '../../observe/logger.ts'
import type { NodeTask } from '../interfaces.ts'
import { BootInterface } from './boot-interface.ts'
import { bootNodeOf } from './boot-node-of.ts'

export interface IpxeBootParts {
  bootFiles: Pick<BootFiles, 'readNodeScript' | 'writeNodeScript' | 'removeNode'>
  scripts: Pick<NodeScripts, 'render' | 'images'>
  images: Pick<ImageStore, 'ensure'>
  logger: Logger
}

/** What interfaces that boot the agent's ramdisk read of `driver_info`. */
export const agentImageProperties = {
  deploy_kernel: "URL (file or http) of the agent's kernel; [conductor]deploy_kernel where unset.",
  deploy_ramdisk: "URL (file or http) of the agent's ramdisk; [conductor]deploy_ramdisk where unset.",
  kernel_append_params: 'Kernel parameters, in which %default% stands for [pxe]kernel_append_params.',
  rescue_kernel: "URL (file or http) of the rescue system's kernel; the agent's where unset.",
  rescue_ramdisk: "URL (file or http) of the rescue system's ramdisk; the agent's where unset.",
} as const

/**
 * Boots by iPXE. The script on the disk is served only while it is known to say what the node's row in the database
 * says now; in all other cases (another conductor's node, a changed row, a restart since) the script is rendered from
 * the row, which takes less than a millisecond. So any conductor can stand in, and none serves a stale file.
 */
export class IpxeBoot extends BootInterface {
  readonly #parts: IpxeBootParts
  /** What the scripts on the disk were rendered from, by node UUID. */
  readonly #writtenFrom = new Map<string, string>()
  /** Nodes whose images are being fetched because a machine has asked. */
  readonly #fetching = new Set<string>()

  constructor(parts: IpxeBootParts) {
    super('ipxe')
    this.#parts = parts
  }

  override readonly properties = agentImageProperties

  override validate(task: Pick<NodeTask, 'node' | 'ports'>): void {
    const node = bootNodeOf(task)
    if (node.ports.length === 0) throw new BootringError('MissingParameter', `node ${node.uuid} has no port`)
    if (node.deployInterface !== 'ramdisk') this.#parts.scripts.render({ ...node, provisionState: null })
    else if (node.instanceInfo.boot_iso || node.instanceInfo.kernel)
      this.#parts.scripts.render({ ...node, provisionState: 'active' })
  }

  /** Knows `boot.ipxe`. Throws `UnknownBootFile`, `MissingParameter`, `TemplateFailed` or `BootConfigUnavailable`. */
  override async getBootConfig(node: BootNode, fileName: string): Promise<string> {
    if (fileName !== 'boot.ipxe')
      throw new BootringError(
        'UnknownBootFile',
        `boot interface ipxe knows boot.ipxe only (node ${node.uuid}; asked for ${JSON.stringify(fileName)})`,
      )
    if (this.#writtenFrom.get(node.uuid) === scriptInputs(node)) {
      const script = this.#parts.bootFiles.readNodeScript(node.uuid)
      if (script !== undefined) return script
    }
    const script = this.#parts.scripts.render(node)
    this.#fetchImages(node)
    return script
  }

  /** Images first: a script on the disk leads to files that are there. */
  override async prepare(node: NodeWithPorts): Promise<void> {
    const { bootFiles, images, scripts } = this.#parts
    const script = scripts.render(node)
    await images.ensure(node.uuid, scripts.images(node))
    await bootFiles.writeNodeScript(node, script)
    this.#writtenFrom.set(node.uuid, scriptInputs(node))
  }

  override async cleanUp(nodeUuid: string): Promise<void> {
    this.#writtenFrom.delete(nodeUuid)
    await this.#parts.bootFiles.removeNode(nodeUuid)
  }

  /** In the background: the machine is not kept waiting, and tries again when its script is quicker than the images. */
  #fetchImages(node: BootNode): void {
    if (this.#fetching.has(node.uuid)) return
    this.#fetching.add(node.uuid)
    const { images, logger, scripts } = this.#parts
    logger.info({ node: node.uuid }, 'rendered a boot script that the disk does not have')
    images
      .ensure(node.uuid, scripts.images(node))
      .catch((error: unknown) =>
        logger.error({ err: error, node: node.uuid }, 'could not fetch images of a booting node'),
      )
      .finally(() => this.#fetching.delete(node.uuid))
  }
}
