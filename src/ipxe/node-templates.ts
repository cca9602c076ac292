import { realpathSync } from 'node:fs'
import { isAbsolute, sep } from 'node:path'
import { BootringError } from '../model/errors.ts'
import type { BootFileName, BootLoader, TemplateNode } from './boot-loader.ts'
import { ownTemplate } from './own-template.ts'
import { Template } from './template.ts'

export interface NodeTemplatesOptions {
  /** The operator's templates, by what they make; bootring's own for those that are absent. */
  files?: { readonly [N in BootFileName]?: string | undefined } | undefined
  /** `[pxe]pxe_config_template_by_arch`: instead of these, for nodes of some architectures that boot without iPXE. */
  byArchitecture?: Readonly<Record<string, string>> | undefined
  /** Folders from which a node may choose a template of its own by `driver_info.pxe_template`; undefined: none may. */
  nodeTemplateFolders?: readonly string[] | undefined
}

export interface ChosenTemplate {
  template: Template
  /** Whether it is bootring's, which needs none of Ironic's ways. */
  isOwn: boolean
}

/** More than any operator has; the paths come from the database. */
const maxTemplates = 100

/** Which template a node's boot file is made from. */
export class NodeTemplates {
  readonly #options: NodeTemplatesOptions
  readonly #templates = new Map<string, Template>()

  constructor(options: NodeTemplatesOptions) {
    this.#options = options
  }

  /** The node's own, that for its architecture, the operator's, bootring's. Throws `TemplateFailed` for one that the node may not choose. */
  templateFor(node: TemplateNode, loader: BootLoader): ChosenTemplate {
    const { byArchitecture = {}, files = {} } = this.#options
    const architecture = node.properties.cpu_arch
    const isWithoutIpxe = loader.fileName === 'grub.cfg' || loader.fileName === 'pxelinux.cfg'
    const forArchitecture =
      isWithoutIpxe && typeof architecture === 'string' && Object.hasOwn(byArchitecture, architecture)
        ? byArchitecture[architecture]
        : undefined
    const path = this.#chosenByNode(node) ?? forArchitecture ?? files[loader.fileName]
    return { template: this.#template(path ?? ownTemplate(loader.ownTemplate)), isOwn: path === undefined }
  }

  /** A template is code: whoever may write nodes must not get to run, or read, whatever file they name. */
  #chosenByNode({ driverInfo, uuid }: TemplateNode): string | undefined {
    const path = driverInfo.pxe_template
    if (path === undefined || path === null || path === '') return undefined
    const refuse = (why: string) =>
      new BootringError('TemplateFailed', `driver_info.pxe_template of node ${uuid} = ${JSON.stringify(path)}: ${why}`)
    const folders = this.#options.nodeTemplateFolders
    if (folders === undefined)
      throw refuse('nodes may choose no templates, as [pxe]enable_insecure_template_override is off')
    if (typeof path !== 'string' || !isAbsolute(path)) throw refuse('no absolute path')
    // Links count as what they lead to.
    const real = realPath(path)
    if (real === undefined || !folders.some((folder) => real.startsWith(`${realPath(folder) ?? folder}${sep}`)))
      throw refuse('no file in a folder of [bootring]pxe_template_folders')
    return real
  }

  #template(path: string): Template {
    const known = this.#templates.get(path)
    if (known !== undefined) return known
    const template = new Template(path)
    if (this.#templates.size < maxTemplates) this.#templates.set(path, template)
    return template
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
