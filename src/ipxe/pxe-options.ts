import { checkUuid } from '../model/canonical-uuid.ts'
import { BootringError } from '../model/errors.ts'
import type { BootNode } from '../model/node.ts'
import type { BootLoader } from './boot-loader.ts'
import { ipxeLoader } from './ipxe-loader.ts'
import { bootModeOf, imageFileNames } from './node-images.ts'
import { safeUrl } from './safe-value.ts'

/** What of the configuration goes into every node's script. */
export interface PxeSettings {
  /** The HTTP server's root, e.g. `http://10.0.0.1:8080`. */
  httpUrl: string
  /** `[pxe]kernel_append_params`. */
  kernelAppendParams: string
  /** 0: none. */
  ipxeTimeoutSeconds: number
  /** What the agent calls back: root URL of the API, without `/v1`. */
  apiUrl: string
}

/** `pxe_options` as Ironic's templates know it. Source: ironic/common/pxe_utils.py. */
export type PxeOptions = Record<string, string | number>

/**
 * What a node's boot file is rendered from, escaped for what reads it. Throws `TemplateFailed` naming the field for values that must not
 * get into it, `UnsupportedDriverExtension` for an ISO where the loader boots none.
 */
export function pxeOptions(node: BootNode, settings: PxeSettings, loader: BootLoader = ipxeLoader): PxeOptions {
  const mode = bootModeOf(node)
  const folder = `${safeUrl('[deploy]http_url', settings.httpUrl).replace(/\/+$/, '')}/${checkUuid(node.uuid)}`
  const apiUrl = safeUrl('the API URL', settings.apiUrl).replace(/\/+$/, '')
  const { escapeWords, imagePath } = loader
  const words = (field: string, value: unknown) => loader.checkWords(`${field} of node ${node.uuid}`, value ?? '')
  const params = kernelAppendParams(node, settings.kernelAppendParams, loader)
  const common: PxeOptions = {
    // Ironic's templates print these whatever the machine boots; where they don't matter, Jinja2 prints nothing.
    boot_iso_url: '',
    deployment_aki_path: '',
    deployment_ari_path: '',
    'ipa-api-url': '',
    ks_cfg_url: '',
    ks_template_path: '',
    repo_url: '',
    stage2_url: '',
    aki_path: 'no_kernel',
    ari_path: 'no_ramdisk',
    initrd_filename: '',
    ramdisk_opts: '',
    ipxe_timeout: settings.ipxeTimeoutSeconds * 1000,
    tftp_server: new URL(folder).hostname.replace(/^\[|\]$/g, ''),
  }
  if (mode === 'ramdisk') {
    const { boot_iso: iso, ramdisk_kernel_arguments: ramdiskArguments } = node.instanceInfo
    if (iso && !loader.bootsIso)
      throw new BootringError(
        'UnsupportedDriverExtension',
        `${loader.title} boots no ISO, as instance_info.boot_iso of node ${node.uuid} asks: it needs the boot interface ipxe`,
      )
    return {
      ...common,
      ...(iso
        ? { boot_iso_url: `${folder}/boot_iso` }
        : { aki_path: imagePath(folder, 'kernel'), ari_path: imagePath(folder, 'ramdisk') }),
      ramdisk_opts: escapeWords(words('instance_info.ramdisk_kernel_arguments', ramdiskArguments)),
      pxe_append_params: escapeWords(params),
    }
  }
  const agentUrl = loader.checkWords('the API URL', `ipa-api-url=${apiUrl}`)
  return {
    ...common,
    deployment_aki_path: imagePath(folder, `${mode}_kernel`),
    deployment_ari_path: imagePath(folder, `${mode}_ramdisk`),
    initrd_filename: `${mode}_ramdisk`,
    'ipa-api-url': escapeWords(apiUrl),
    pxe_append_params: escapeWords([params, agentUrl].filter(Boolean).join(' ')),
  }
}

/** The node's own (instance_info before driver_info), in which `%default%` stands for the configuration's; else the latter. */
function kernelAppendParams(node: BootNode, byDefault: string, { checkWords }: BootLoader): string {
  // A value that goes on in the next line of its file is one line of words all the same.
  const checkedDefault = checkWords('[pxe]kernel_append_params', byDefault.trim().replaceAll(/[ \t]*\r?\n[ \t]*/g, ' '))
  const columns = [
    ['instance_info', node.instanceInfo],
    ['driver_info', node.driverInfo],
  ] as const
  for (const [column, info] of columns) {
    const own = info.kernel_append_params
    if (own === undefined || own === null) continue
    const field = `${column}.kernel_append_params of node ${node.uuid}`
    // Checked once more when put together: "|%default%" must not become a separator.
    return checkWords(
      field,
      checkWords(field, own).replaceAll('%default%', () => checkedDefault),
    )
  }
  return checkedDefault
}

/**
 * Everything of a node that its file of this name depends on, as text to compare: two nodes (or one, at two times) for
 * which it is the same get the same file.
 */
export function scriptInputs(node: BootNode, fileName: string): string {
  const { driverInfo, instanceInfo, properties } = node
  return JSON.stringify([
    fileName,
    bootModeOf(node),
    driverInfo.kernel_append_params,
    instanceInfo.kernel_append_params,
    instanceInfo.ramdisk_kernel_arguments,
    instanceInfo.boot_iso,
    properties.cpu_arch,
    driverInfo.pxe_template,
    // URLs are not printed, but without them there is no script, and with others there are images to fetch.
    imageFileNames.map((name) => [driverInfo[name], instanceInfo[name]]),
  ])
}
