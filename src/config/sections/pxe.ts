import { boolean, dict, integer, optionalPath, optionalString, optionalUrl, string } from '../option.ts'

export const pxeSection = {
  tftp_root: optionalPath(
    'Folder of the GRUB and pxelinux files of nodes with the boot interface pxe. Default: <state_path>/tftpboot; attached: /tftpboot.',
  ),
  ipxe_config_template: optionalPath(
    "Jinja2 template of a node's iPXE script. Default: bootring's own. Attached: that from which Ironic makes it.",
    {
      ironicStock: '$pybasedir/drivers/modules/ipxe_config.template',
    },
  ),
  pxe_config_template: optionalPath(
    "Jinja2 template of a node's pxelinux file. Default: bootring's own. Attached: that from which Ironic makes it; by its end a whole file is known.",
    { ironicStock: '$pybasedir/drivers/modules/pxe_config.template' },
  ),
  uefi_pxe_config_template: optionalPath(
    "Jinja2 template of a node's GRUB file. Default: bootring's own. Attached: that from which Ironic makes it.",
    { ironicStock: '$pybasedir/drivers/modules/pxe_grub_config.template' },
  ),
  pxe_config_template_by_arch: dict(
    {},
    'Templates instead of these two for nodes of some architectures, as <cpu_arch>:<path>.',
  ),
  enable_insecure_template_override: boolean(
    false,
    'Whether driver_info pxe_template may choose the template of a node, from the folders in [bootring]pxe_template_folders.',
    { standaloneOnly: true },
  ),
  ipxe_boot_script: optionalPath("Jinja2 template of the root script. Default: bootring's own.", {
    standaloneOnly: true,
    ironicStock: '$pybasedir/drivers/modules/boot.ipxe',
  }),
  ipxe_use_boot_config_api: boolean(
    false,
    "The root script links to the boot configuration API, instead of to the HTTP server's files.",
  ),
  ipxe_config_api_root_url: optionalUrl(
    'Root URL of those links, e.g. a plain-HTTP proxy before an API with TLS. Default: [api]public_endpoint, else http://<my_ip>:<port>.',
  ),
  ipxe_fallback_script: optionalString('Script that the root script chains when no node script could be had.'),
  ipxe_timeout: integer(
    0,
    "Time without progress after which a fetch of the root script or of nodes' scripts is given up; 0: 60 in the root script, 30 in nodes' scripts.",
    {
      min: 0,
      unit: 'seconds',
      attached: { type: { kind: 'integer' }, adopt: (seconds) => Math.max(0, seconds) },
    },
  ),
  kernel_append_params: string('nofb vga=normal', 'Kernel parameters of every machine.', {
    deprecatedNames: ['pxe_append_params'],
    standaloneOnly: true,
  }),
}
