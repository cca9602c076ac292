/** What boot interfaces read of `driver_info`. */
export const bootProperties: Readonly<Record<string, string>> = {
  deploy_kernel:
    "URL (file or http) of the agent's kernel. Default: [conductor]deploy_kernel_by_arch or deploy_kernel.",
  deploy_ramdisk:
    "URL (file or http) of the agent's ramdisk. Default: [conductor]deploy_ramdisk_by_arch or deploy_ramdisk.",
  rescue_kernel:
    'URL of the kernel for rescue. Default: [conductor]rescue_kernel_by_arch, rescue_kernel, or that of deploying.',
  rescue_ramdisk:
    'URL of the ramdisk for rescue. Default: [conductor]rescue_ramdisk_by_arch, rescue_ramdisk, or that of deploying.',
  kernel_append_params:
    'Kernel parameters, in which %default% stands for [pxe]kernel_append_params; those of instance_info go before them. Default: [pxe]kernel_append_params.',
  pxe_template: "Template of the node's boot file, where [pxe]enable_insecure_template_override allows it.",
}
