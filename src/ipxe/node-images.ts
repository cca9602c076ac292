import { BootringError } from '../model/errors.ts'
import type { BootNode, JsonObject } from '../model/node.ts'
import { bootsInstanceRamdisk } from '../model/provision-states.ts'
import { safeUrl } from './safe-value.ts'

/** What a node's machine boots: the deployment agent, the same for rescue, or (diskless) the instance's own ramdisk. */
export type BootMode = 'deploy' | 'rescue' | 'ramdisk'

/** Names that images have below a node's folder: all that bootring ever makes or removes there. */
export const imageFileNames = [
  'deploy_kernel',
  'deploy_ramdisk',
  'rescue_kernel',
  'rescue_ramdisk',
  'kernel',
  'ramdisk',
  'boot_iso',
] as const

export type ImageFileName = (typeof imageFileNames)[number]

/** A file that a node's machine fetches from its conductor, and where the conductor gets it from. */
export interface NodeImage {
  fileName: ImageFileName
  url: string
}

/** The agent's images for nodes that name none: `[conductor]deploy_kernel`, `deploy_ramdisk`. */
export interface DefaultImages {
  deployKernel?: string | undefined
  deployRamdisk?: string | undefined
}

export function bootModeOf(node: BootNode): BootMode {
  if (bootsInstanceRamdisk(node)) return 'ramdisk'
  // A node that names no images for rescue is rescued with the agent that deploys it.
  const namesRescueImages = isSet(node.driverInfo.rescue_kernel) || isSet(node.driverInfo.rescue_ramdisk)
  return node.provisionState === 'rescue wait' && namesRescueImages ? 'rescue' : 'deploy'
}

/** The images of a node. Throws `MissingParameter` naming node and field. */
export function nodeImages(node: BootNode, defaults: DefaultImages): NodeImage[] {
  switch (bootModeOf(node)) {
    case 'ramdisk':
      return isSet(node.instanceInfo.boot_iso)
        ? [image(node, 'instance_info', 'boot_iso')]
        : [image(node, 'instance_info', 'kernel'), image(node, 'instance_info', 'ramdisk')]
    case 'rescue':
      return [image(node, 'driver_info', 'rescue_kernel'), image(node, 'driver_info', 'rescue_ramdisk')]
    case 'deploy':
      return agentImages(node, defaults)
  }
}

/** Kernel and ramdisk come from the same place: one of each would be a mistake, and boots nothing. */
function agentImages(node: BootNode, defaults: DefaultImages): NodeImage[] {
  if (isSet(node.driverInfo.deploy_kernel) || isSet(node.driverInfo.deploy_ramdisk))
    return [image(node, 'driver_info', 'deploy_kernel'), image(node, 'driver_info', 'deploy_ramdisk')]
  const wanted = [
    ['deploy_kernel', defaults.deployKernel],
    ['deploy_ramdisk', defaults.deployRamdisk],
  ] as const
  return wanted.map(([fileName, url]) => {
    if (url === undefined)
      throw missing(node, 'driver_info', fileName, `, and [conductor]${fileName} is not set either`)
    return { fileName, url: safeUrl(`[conductor]${fileName}`, url) }
  })
}

function image(node: BootNode, column: 'driver_info' | 'instance_info', fileName: ImageFileName): NodeImage {
  const info: JsonObject = column === 'driver_info' ? node.driverInfo : node.instanceInfo
  const url = info[fileName]
  if (!isSet(url)) throw missing(node, column, fileName, '')
  return { fileName, url: safeUrl(`${column}.${fileName} of node ${node.uuid}`, url) }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

const missing = (node: BootNode, column: string, field: string, more: string) =>
  new BootringError('MissingParameter', `node ${node.uuid} has no ${column}.${field}${more}`)
