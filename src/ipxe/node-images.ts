import { BootringError } from '../model/errors.ts'
import type { BootNode, JsonObject } from '../model/node.ts'
import type { BootFileState } from '../model/provision-states.ts'
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

/** URLs by `properties.cpu_arch`. */
type ByArch = Readonly<Record<string, string>>

/** Images for nodes that name none: Ironic's options of these names in `[conductor]`. */
export interface DefaultImages {
  deployKernel?: string | undefined
  deployRamdisk?: string | undefined
  rescueKernel?: string | undefined
  rescueRamdisk?: string | undefined
  deployKernelByArch?: ByArch | undefined
  deployRamdiskByArch?: ByArch | undefined
  rescueKernelByArch?: ByArch | undefined
  rescueRamdiskByArch?: ByArch | undefined
}

/** States in which a node with the deploy interface `ramdisk` boots, or is about to boot, its own ramdisk. */
const instanceStates: ReadonlySet<string | null> = new Set(['active', 'deploying', 'adopting', 'unrescuing'])
const rescueStates: ReadonlySet<string | null> = new Set(['rescuing', 'rescue wait'])

/** What a node's machine boots next, in its state; the states of work that leads to a boot count as what they lead to. */
export function bootModeOf({ deployInterface, provisionState }: BootFileState): BootMode {
  if (deployInterface === 'ramdisk' && instanceStates.has(provisionState)) return 'ramdisk'
  return rescueStates.has(provisionState) ? 'rescue' : 'deploy'
}

/** The images of a node. Throws `MissingParameter` naming node and field. */
export function nodeImages(node: BootNode, defaults: DefaultImages): NodeImage[] {
  const mode = bootModeOf(node)
  if (mode !== 'ramdisk') return agentImages(node, mode, defaults)
  return isSet(node.instanceInfo.boot_iso)
    ? [image(node, 'instance_info', 'boot_iso')]
    : [image(node, 'instance_info', 'kernel'), image(node, 'instance_info', 'ramdisk')]
}

/** The node's own, those for its architecture, those for all; a node for whose rescue there are none is rescued with what deploys it. */
function agentImages(node: BootNode, mode: 'deploy' | 'rescue', defaults: DefaultImages): NodeImage[] {
  const pair = imagePair(node, mode, defaults)
  if (pair !== undefined) return pair
  const deploy = mode === 'rescue' ? imagePair(node, 'deploy', defaults) : undefined
  if (deploy !== undefined)
    return deploy.map(({ fileName, url }) => ({
      fileName: fileName === 'deploy_kernel' ? 'rescue_kernel' : 'rescue_ramdisk',
      url,
    }))
  throw missing(node, 'driver_info', `${mode}_kernel`, `, and [conductor]${mode}_kernel is not set either`)
}

/** Kernel and ramdisk come from the same place: one of each would be a mistake, and boots nothing. */
function imagePair(node: BootNode, mode: 'deploy' | 'rescue', defaults: DefaultImages): NodeImage[] | undefined {
  const [kernel, ramdisk] = [`${mode}_kernel`, `${mode}_ramdisk`] as const
  if (isSet(node.driverInfo[kernel]) || isSet(node.driverInfo[ramdisk]))
    return [image(node, 'driver_info', kernel), image(node, 'driver_info', ramdisk)]
  const architecture = node.properties.cpu_arch
  if (typeof architecture === 'string') {
    const byArchitecture = configured(
      node,
      [kernel, ownValue(defaults[`${mode}KernelByArch`], architecture)],
      [ramdisk, ownValue(defaults[`${mode}RamdiskByArch`], architecture)],
      '_by_arch',
    )
    if (byArchitecture !== undefined) return byArchitecture
  }
  return configured(node, [kernel, defaults[`${mode}Kernel`]], [ramdisk, defaults[`${mode}Ramdisk`]], '')
}

type ConfiguredImage = [fileName: ImageFileName, url: string | undefined]

function configured(
  node: BootNode,
  kernel: ConfiguredImage,
  ramdisk: ConfiguredImage,
  suffix: string,
): NodeImage[] | undefined {
  const wanted = [kernel, ramdisk]
  if (wanted.every(([, url]) => url === undefined)) return undefined
  return wanted.map(([fileName, url]) => {
    const option = `[conductor]${fileName}${suffix}`
    if (url === undefined) throw missing(node, 'driver_info', fileName, `, and ${option} has none for it either`)
    return { fileName, url: safeUrl(option, url) }
  })
}

/** The name comes from a node: it must not find what every object has. */
const ownValue = (map: ByArch | undefined, key: string): string | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined

function image(node: BootNode, column: 'driver_info' | 'instance_info', fileName: ImageFileName): NodeImage {
  const info: JsonObject = column === 'driver_info' ? node.driverInfo : node.instanceInfo
  const url = info[fileName]
  if (!isSet(url)) throw missing(node, column, fileName, '')
  return { fileName, url: safeUrl(`${column}.${fileName} of node ${node.uuid}`, url) }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

const missing = (node: BootNode, column: string, field: string, more: string) =>
  new BootringError('MissingParameter', `node ${node.uuid} has no ${column}.${field}${more}`)
