import { getBootConfig } from '../../conductor/methods/get-boot-config.ts'
import { networkBootInterfaces } from '../../drivers/boot/network-boot-interfaces.ts'
import { BootInterfaces } from '../../drivers/boot-interfaces.ts'
import { BootFiles } from '../../ipxe/boot-files.ts'
import type { NodeImage } from '../../ipxe/node-images.ts'
import type { NodeTemplatesOptions } from '../../ipxe/node-templates.ts'
import { BootringError } from '../../model/errors.ts'
import type { BootNode, NodeWithPorts } from '../../model/node.ts'
import { waitStates } from '../../model/provision-states.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Installation } from '../installation.ts'
import { buildNodeScripts } from './build-node-scripts.ts'

/** What a node's machine would get, rendered from this host's options and templates, whatever lies on any disk. */
export interface ScriptPreview {
  /** Names of the boot files that the node's boot interface has: none where it boots by other ways. */
  fileNames(node: NodeWithPorts): readonly string[]
  /** Throws `StateForbidsBoot`, and whatever else a conductor would answer. */
  script(node: NodeWithPorts, state: string | null, name: string): Promise<string>
  /** Where the images that the script of this state needs come from. Throws `MissingParameter`. */
  images(node: NodeWithPorts, state: string | null): NodeImage[]
}

/** `templates`: instead of those that the options name. */
export function buildScriptPreview(
  installation: Installation,
  logger: Logger,
  templates: NodeTemplatesOptions['files'] = {},
): ScriptPreview {
  const { config, httpRoot, tftpRoot } = installation
  const scripts = buildNodeScripts(installation, templates)
  const { bootInterfaceOf } = new BootInterfaces(
    networkBootInterfaces({
      defaultBootMode: config.deploy.default_boot_mode,
      httpFiles: new BootFiles({ root: httpRoot }),
      tftpFiles: new BootFiles({ root: tftpRoot }),
      scripts,
      images: { ensure: async () => undefined },
      logger,
    }),
  )
  const rendering = (node: Pick<BootNode, 'bootInterface'>) => ({
    getBootConfig: async (asked: BootNode, name: string) => bootInterfaceOf(node).render(asked, name),
  })
  return {
    fileNames: (node) =>
      bootInterfaceOf(node).fileNames.filter((name) => name !== 'pixiecore.json' || config.bootring.pixiecore_api),
    images: (node, state) => scripts.images({ ...node, provisionState: state }),
    async script(node, state, name) {
      if (config.api.restrict_boot_config && !waitStates.has(state ?? ''))
        throw new BootringError(
          'StateForbidsBoot',
          `state ${JSON.stringify(state ?? 'available')} may not boot, by [api]restrict_boot_config`,
        )
      const inState = { bootNode: async () => ({ ...node, provisionState: state }) }
      return await getBootConfig(inState, rendering)({ node_id: node.uuid, name }, { requestId: '' })
    },
  }
}
