import { NodeScripts } from '../../ipxe/node-script.ts'
import type { NodeTemplatesOptions } from '../../ipxe/node-templates.ts'
import type { Installation } from '../installation.ts'

/** Without progress: longer than the file server lets a machine wait for an image's first byte. */
const imagePatienceSeconds = 30

/** What renders the boot files of nodes as the options say, or from other templates than theirs. */
export function buildNodeScripts(
  { apiRootUrl, config, httpUrl }: Installation,
  otherTemplates: NodeTemplatesOptions['files'] = {},
): NodeScripts {
  const { bootring, conductor, pxe } = config
  return new NodeScripts({
    templates: {
      files: {
        'boot.ipxe': pxe.ipxe_config_template,
        'grub.cfg': pxe.uefi_pxe_config_template,
        'pxelinux.cfg': pxe.pxe_config_template,
        ...otherTemplates,
      },
      byArchitecture: pxe.pxe_config_template_by_arch,
      nodeTemplateFolders: pxe.enable_insecure_template_override ? bootring.pxe_template_folders : undefined,
    },
    httpUrl,
    apiUrl: apiRootUrl,
    kernelAppendParams: pxe.kernel_append_params,
    ipxeTimeoutSeconds: pxe.ipxe_timeout || imagePatienceSeconds,
    deployKernel: conductor.deploy_kernel,
    deployRamdisk: conductor.deploy_ramdisk,
    deployKernelByArch: conductor.deploy_kernel_by_arch,
    deployRamdiskByArch: conductor.deploy_ramdisk_by_arch,
    rescueKernel: conductor.rescue_kernel,
    rescueRamdisk: conductor.rescue_ramdisk,
    rescueKernelByArch: conductor.rescue_kernel_by_arch,
    rescueRamdiskByArch: conductor.rescue_ramdisk_by_arch,
  })
}
