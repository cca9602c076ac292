import { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import { type BootMode, bootModeOf, type DefaultImages, type NodeImage, nodeImages } from './node-images.ts'
import { ownTemplate } from './own-template.ts'
import { type PxeSettings, pxeOptions } from './pxe-options.ts'
import { Template } from './template.ts'

export interface NodeScriptsOptions extends PxeSettings, DefaultImages {
  /** `[pxe]ipxe_config_template`; bootring's own without it. */
  templateFile?: string | undefined
}

/** Labels that Ironic's template has for each mode. */
const labels: Record<BootMode, string> = { deploy: 'deploy', rescue: 'deploy', ramdisk: 'boot_ramdisk' }

/** Renders the iPXE scripts of nodes, from one template. */
export class NodeScripts {
  readonly #options: NodeScriptsOptions
  readonly #template: Template

  constructor(options: NodeScriptsOptions) {
    this.#options = Object.freeze({ ...options })
    this.#template = new Template(options.templateFile ?? ownTemplate('node.ipxe'))
  }

  /** What the node's machine needs beside the script. Throws `MissingParameter` naming node and field. */
  images(node: BootNode): NodeImage[] {
    return nodeImages(node, this.#options)
  }

  /** The node's script. Throws `MissingParameter`, or `TemplateFailed` for a bad template or a value that may not get into a script. */
  render(node: BootNode): string {
    // A script that names files which nothing will ever provide helps no one.
    this.images(node)
    const label = labels[bootModeOf(node)]
    const text = this.#template.render({
      pxe_options: pxeOptions(node, this.#options),
      // Ironic leaves these two in the file, to be filled in when a partition image has been written.
      ROOT: '{{ ROOT }}',
      DISK_IDENTIFIER: '{{ DISK_IDENTIFIER }}',
      boot_label: label,
      node_uuid: node.uuid,
    })
    const script = this.#options.templateFile === undefined ? text : switchLabel(text, label, this.#template.path)
    if (!script.startsWith('#!ipxe'))
      throw new BootringError('TemplateFailed', `template ${this.#template.path} does not begin with #!ipxe`)
    return script
  }
}

/**
 * Ironic's template begins with `goto deploy`; for machines that boot their own ramdisk, Ironic edits the rendered file
 * and makes each line that begins with `goto` one that goes there. (Source: deploy_utils._replace_boot_line.)
 */
function switchLabel(script: string, label: string, templatePath: string): string {
  if (label === 'deploy') return script
  const lines = script.split('\n')
  if (!lines.some((line) => line.trimEnd() === `:${label}`))
    throw new BootringError('TemplateFailed', `template ${templatePath} has no label :${label}`)
  return lines.map((line) => (line.startsWith('goto ') ? `goto ${label}` : line)).join('\n')
}
