import { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import type { BootLoader } from './boot-loader.ts'
import { ipxeLoader } from './ipxe-loader.ts'
import { type BootMode, bootModeOf, type DefaultImages, type NodeImage, nodeImages } from './node-images.ts'
import { NodeTemplates, type NodeTemplatesOptions } from './node-templates.ts'
import { type PxeSettings, pxeOptions } from './pxe-options.ts'

export interface NodeScriptsOptions extends PxeSettings, DefaultImages {
  /** bootring's own without them. */
  templates?: NodeTemplatesOptions | undefined
}

/** Labels that Ironic's templates have for each mode. */
const labels: Record<BootMode, string> = { deploy: 'deploy', rescue: 'deploy', ramdisk: 'boot_ramdisk' }

/** Renders the boot files of nodes: scripts of iPXE, configurations of GRUB and pxelinux. */
export class NodeScripts {
  readonly #options: NodeScriptsOptions
  readonly #templates: NodeTemplates

  constructor(options: NodeScriptsOptions) {
    this.#options = Object.freeze({ ...options })
    this.#templates = new NodeTemplates(options.templates ?? {})
  }

  /** What the node's machine needs beside the script. Throws `MissingParameter` naming node and field. */
  images(node: BootNode): NodeImage[] {
    return nodeImages(node, this.#options)
  }

  /**
   * The node's boot file for this loader. Throws `MissingParameter`, `UnsupportedDriverExtension` where the loader can't boot what the
   * node is to boot, or `TemplateFailed` for a bad template or a value that may not get into a script.
   */
  render(node: BootNode, loader: BootLoader = ipxeLoader): string {
    // A script that names files which nothing will ever provide helps no one.
    this.images(node)
    const label = labels[bootModeOf(node)]
    const { isOwn, template } = this.#templates.templateFor(node, loader)
    const text = template.render({
      pxe_options: { ...pxeOptions(node, this.#options, loader), linux_cmd: 'linux', initrd_cmd: 'initrd' },
      // Ironic leaves these two in the file, to be filled in when a partition image has been written.
      ROOT: loader.laterValue('ROOT'),
      DISK_IDENTIFIER: loader.laterValue('DISK_IDENTIFIER'),
      boot_label: label,
      node_uuid: node.uuid,
    })
    const script = isOwn || label === 'deploy' ? text : loader.goTo(label, text)
    if (script === undefined)
      throw new BootringError('TemplateFailed', `template ${template.path} has no label ${label}`)
    if (!loader.recognises(script))
      throw new BootringError(
        'TemplateFailed',
        `template ${template.path} makes no ${loader.fileName} for ${loader.title}`,
      )
    return script
  }
}
