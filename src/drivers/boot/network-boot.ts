import type { BootFiles } from '../../ipxe/boot-files.ts'
import type { BootLoader } from '../../ipxe/boot-loader.ts'
import type { ImageStore } from '../../ipxe/image-store.ts'
import type { NodeScripts } from '../../ipxe/node-script.ts'
import { scriptInputs } from '../../ipxe/pxe-options.ts'
import { pixiecoreFileName } from '../../model/boot-file-content.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode, NodeWithPorts, Port } from '../../model/node.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import type { Logger } from '../../observe/logger.ts'
import type { NodeTask } from '../interfaces.ts'
import { BootInterface, type BootRequest } from './boot-interface.ts'
import { bootNodeOf } from './boot-node-of.ts'
import { bootProperties } from './boot-properties.ts'

/** What all of a conductor's boot interfaces share. */
export interface SharedBootParts {
  scripts: Pick<NodeScripts, 'render' | 'images'>
  /** Below `http_root` whatever loads them: from there any conductor can send them while they are still arriving. */
  images: Pick<ImageStore, 'ensure'>
  logger: Logger
}

export interface NetworkBootParts extends SharedBootParts {
  /** Those whose files machines may ask for. */
  loaders: readonly BootLoader[]
  /** The one whose file lies on the disk. Throws `InvalidParameter`. */
  loaderOf(node: NodeWithPorts): BootLoader
  /** Where that file lies. */
  files: Pick<BootFiles, 'readNodeFile' | 'writeNodeFile' | 'removeNode'>
  /** Where those of other boot interfaces lie, which the node may have had before. */
  otherFiles: Pick<BootFiles, 'removeNode' | 'removeNodeFile'>
  linkNames(port: Port): readonly string[]
}

/**
 * Boots over the network. The file on the disk is served only while it is known to say what the node's row in the database
 * says now; in all other cases (another conductor's node, a changed row, a restart since) it is rendered from the row, which
 * takes less than a millisecond. So any conductor can stand in, and none serves a stale file.
 */
export class NetworkBoot extends BootInterface {
  override readonly properties = bootProperties
  override readonly fileNames
  readonly #parts: NetworkBootParts
  /** Nodes whose images are being fetched because a machine has asked. */
  readonly #fetching = new Set<string>()
  /** A source that is away fails for every machine that boots. */
  readonly #failureLines = new LogBudget(1, 20)

  constructor(name: string, parts: NetworkBootParts) {
    super(name)
    this.#parts = parts
    // Pixiecore asks in a machine's place, by no name.
    this.fileNames = parts.loaders.map(({ fileName }) => fileName).filter((name) => name !== pixiecoreFileName)
  }

  /** Whether there is all to boot the agent or, for machines that boot a ramdisk of their own, that one once it is named. */
  override validate(task: Pick<NodeTask, 'node' | 'ports'>): void {
    const node = bootNodeOf(task)
    if (!node.ports.some(({ pxeEnabled }) => pxeEnabled))
      throw new BootringError(
        'MissingParameter',
        `node ${node.uuid} has no port with pxe_enabled, by which its machine is known`,
      )
    const { boot_iso: iso, image_source: source } = node.instanceInfo
    if (iso && source)
      throw new BootringError('InvalidParameter', `node ${node.uuid} has both instance_info.image_source and boot_iso`)
    const { scripts, loaderOf } = this.#parts
    try {
      const loader = loaderOf(node)
      if (node.deployInterface !== 'ramdisk') scripts.render({ ...node, provisionState: null }, loader)
      else if (iso || node.instanceInfo.kernel) scripts.render({ ...node, provisionState: 'active' }, loader)
    } catch (error) {
      if (!(error instanceof BootringError) || error.code === 'MissingParameter') throw error
      throw new BootringError('InvalidParameter', error.message, { cause: error })
    }
  }

  /** Throws `UnknownBootFile`, `MissingParameter`, `TemplateFailed`, `UnsupportedDriverExtension` or `BootConfigUnavailable`. */
  override async getBootConfig(node: BootNode, fileName: string, request?: BootRequest): Promise<string> {
    const { files, scripts } = this.#parts
    const loader = this.#loader(node, fileName)
    const onDisk = files.readNodeFile(node.uuid, inputs(node, loader), loader.recognises)
    request?.trace?.set({ 'bootring.file': fileName, 'bootring.rendered': onDisk === undefined })
    if (onDisk !== undefined) return onDisk
    // The machine knows best what it boots by: it may be in another boot mode than the node's row says.
    const text = scripts.render(node, loader)
    this.#fetchImages(node, fileName, request)
    return text
  }

  override render(node: BootNode, fileName: string): string {
    return this.#parts.scripts.render(node, this.#loader(node, fileName))
  }

  #loader({ uuid }: BootNode, fileName: string): BootLoader {
    const { loaders } = this.#parts
    const loader = loaders.find((known) => known.fileName === fileName)
    if (loader !== undefined) return loader
    const known = loaders.map((one) => one.fileName).join(' and ')
    throw new BootringError(
      'UnknownBootFile',
      `boot interface ${this.name} knows ${known} only (node ${uuid}; asked for ${JSON.stringify(fileName)})`,
    )
  }

  /** Images first: a file on the disk leads to files that are there. */
  override async prepare(node: NodeWithPorts): Promise<void> {
    const { files, images, linkNames, loaderOf, otherFiles, scripts } = this.#parts
    const loader = loaderOf(node)
    const text = scripts.render(node, loader)
    await images.ensure(node.uuid, scripts.images(node))
    await files.writeNodeFile(node, { text, inputs: inputs(node, loader) }, linkNames)
    await otherFiles.removeNodeFile(node.uuid)
  }

  override async cleanUp(nodeUuid: string): Promise<void> {
    await this.#parts.files.removeNode(nodeUuid)
    await this.#parts.otherFiles.removeNode(nodeUuid)
  }

  /** In the background: the machine is not kept waiting, and tries again when its script is quicker than the images. */
  #fetchImages(node: BootNode, fileName: string, request: BootRequest | undefined): void {
    if (this.#fetching.has(node.uuid)) return
    this.#fetching.add(node.uuid)
    const { images, logger, scripts } = this.#parts
    const fields = { node: node.uuid, requestId: request?.requestId, traceId: request?.trace?.traceId }
    // What Pixiecore gets is on no disk.
    if (fileName !== pixiecoreFileName) logger.info(fields, 'rendered a boot script that the disk does not have')
    images
      .ensure(node.uuid, scripts.images(node))
      .catch((error: unknown) => {
        const suppressed = this.#failureLines.take()
        if (suppressed === undefined) return
        logger.error({ ...fields, err: error, suppressed }, 'could not fetch images of a booting node')
      })
      .finally(() => this.#fetching.delete(node.uuid))
  }
}

const inputs = (node: BootNode, { fileName }: BootLoader): string => scriptInputs(node, fileName)
