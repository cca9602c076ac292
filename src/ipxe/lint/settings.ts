/*
 * Settings that iPXE has by itself. Source: __setting () and register_settings () in src/core, src/net, src/interface and src/drivers; read in
 * August 2026.
 */

const builtIn: ReadonlySet<string> = new Set(
  `active-scan asset board-serial buildarch busid busloc bustype chip cpumodel cpuvendor crosscert cwduri cwuri dhcp-server dmesg dns dns6
  dnssl domain errno filename gateway gateway6 hostname hwaddr ifname initiator-iqn ip ip6 keep-san key keymap len6 linktype mac
  manufacturer memsize mtu netmask next-server ntp password peerdist peerhost platform priority product reverse-password
  reverse-username root-path san-drive san-filename san-retries scriptlet serial skip-san-boot ssid static-routes syslog syslog6 syslogs
  sysmac trust cert privkey unixtime user-class username uuid vendor-class version vram use-cached no-pxedhcp`.split(
    /\s+/,
  ),
)

const types: ReadonlySet<string> = new Set(
  'string uristring ipv4 ipv6 int8 int16 int32 uint8 uint16 uint32 hex hexhyp hexraw base64 uuid guid busdevfn dnssl'.split(
    ' ',
  ),
)

/** Blocks of settings, in which names may be anything: numbers of registers, offsets, variables of UEFI. */
const openBlocks: ReadonlySet<string> = new Set(
  'acpi builtin cpuid efi fdt guestinfo lldp memmap pci smbios usb vmware'.split(' '),
)

/** `[block/]name[:type]`. */
export interface SettingName {
  block: string | undefined
  name: string
  type: string | undefined
}

/** As iPXE takes a name apart: parse_setting_name () in src/core/settings.c. */
export function parseSettingName(text: string): SettingName {
  const slash = text.indexOf('/')
  const [block, rest] = slash === -1 ? [undefined, text] : [text.slice(0, slash), text.slice(slash + 1)]
  const colon = rest.indexOf(':')
  return colon === -1
    ? { block, name: rest, type: undefined }
    : { block, name: rest.slice(0, colon), type: rest.slice(colon + 1) }
}

/** Whether iPXE itself may give it a value: by name, by a number of DHCP's options (`67`, `43.1`), or as part of an open block. */
export function isBuiltIn({ block, name }: SettingName): boolean {
  if (block !== undefined && (openBlocks.has(block.split('.').at(-1) ?? '') || block.split('.').includes('lldp')))
    return true
  return builtIn.has(name) || /^(?:0x[0-9a-f]+|\d+)(?:\.\d+)*$/i.test(name)
}

export const isKnownType = (type: string): boolean => types.has(type)
