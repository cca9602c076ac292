import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../lab/host.ts'
import type { LabProcess } from '../lab/lab-process.ts'

const debians = '/usr/lib/grub/x86_64-efi'
const image = join(debians, 'monolithic/grubnetx64.efi')

/** What this machine lacks for `startDnsmasqForGrub`; undefined: nothing. */
export function missingForGrub(): string | undefined {
  return existsSync(image) ? undefined : 'GRUB (Debian package grub-efi-amd64-bin)'
}

/** Starts dnsmasq on a host, for UEFI firmware that loads GRUB over TFTP; `config` is the configuration that GRUB reads then. */
export async function startDnsmasqForGrub(host: Host, config: string): Promise<LabProcess> {
  const tftpRoot = join(host.folder, 'tftp-grub')
  const modules = join(tftpRoot, 'grub/x86_64-efi')
  mkdirSync(modules, { recursive: true })
  copyFileSync(image, join(tftpRoot, 'grubnetx64.efi'))
  // The only one that is needed and not in the image.
  copyFileSync(join(debians, 'http.mod'), join(modules, 'http.mod'))
  writeFileSync(join(tftpRoot, 'grub/grub.cfg'), config)
  return await startDnsmasqWith(host, tftpRoot, [
    'log-dhcp',
    'no-ping',
    'dhcp-authoritative',
    'dhcp-range=10.77.0.100,10.77.0.200,255.255.255.0,1h',
    `dhcp-leasefile=${tftpRoot}/leases`,
    'dhcp-boot=grubnetx64.efi',
  ])
}

/** Starts a TFTP server for the files of Ironic's conductor on this host; its output says what it has sent. */
export async function startTftpServer(host: Host, tftpRoot: string): Promise<LabProcess> {
  return await startDnsmasqWith(host, tftpRoot, [])
}

/**
 * A template for `[pxe]uefi_pxe_config_template`, in that folder: Ironic's own, with one more line. Without it GRUB looks
 * for kernel and ramdisk on the server that it came from itself, as Ironic writes their paths without one.
 */
export function grubTemplateNamingTheServer(folder: string): string {
  const own = readFileSync('/usr/lib/python3/dist-packages/ironic/drivers/modules/pxe_grub_config.template', 'utf8')
  const file = join(folder, 'pxe_grub_config.template')
  const line = 'set hidden_timeout_quiet=false\n'
  writeFileSync(file, own.replace(line, `${line}set root=(tftp,{{ pxe_options.tftp_server }})\n`))
  return file
}

async function startDnsmasqWith(host: Host, tftpRoot: string, lines: readonly string[]): Promise<LabProcess> {
  const file = join(host.folder, `dnsmasq-tftp-${host.name}.conf`)
  const common = ['port=0', 'interface=eth0', 'bind-interfaces', 'user=root', 'pid-file=', 'log-facility=-']
  writeFileSync(file, [...common, 'enable-tftp', `tftp-root=${tftpRoot}`, ...lines, ''].join('\n'))
  const server = host.spawn(['dnsmasq', '--keep-in-foreground', `--conf-file=${file}`])
  await server.untilOutput('started, version', 10)
  return server
}
