import { choice, optionalPath, optionalUrl } from '../option.ts'

export const deploySection = {
  http_url: optionalUrl(
    "URL of this conductor's HTTP server, as machines reach it. Default: http://<my_ip>:8080. bootring serves http_root on this URL's port.",
    { standaloneOnly: true },
  ),
  http_root: optionalPath(
    "Root folder of this conductor's HTTP server. Default: <state_path>/httpboot; attached: /httpboot.",
  ),
  default_boot_mode: choice(
    ['uefi', 'bios'],
    'uefi',
    'Boot mode of nodes that say nothing of it: by pxe and http, whether GRUB or pxelinux finds a file on the disk.',
    { standaloneOnly: true },
  ),
}
