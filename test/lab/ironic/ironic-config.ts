import type { IronicRelease } from './ironic-release.ts'

/** Sections of an INI file with their options. */
export type Ini = Record<string, Record<string, string | number | boolean>>

/** The text of an INI file; later parts override earlier ones. */
export function iniText(...parts: readonly Ini[]): string {
  const merged: Ini = {}
  for (const part of parts) {
    for (const [section, options] of Object.entries(part)) merged[section] = { ...merged[section], ...options }
  }
  const lines = Object.entries(merged).flatMap(([section, options]) => [
    `[${section}]`,
    ...Object.entries(options).map(([option, value]) => `${option} = ${iniValue(value)}`),
  ])
  return `${lines.join('\n')}\n`
}

const iniValue = (value: string | number | boolean) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)

export interface CommonSettings {
  release: IronicRelease
  apiIp: string
  databaseUrl: string
  imagesFolder: string
}

// The HTTP ones came with 23.0.
const bootInterfaces = { debian: 'ipxe,pxe,fake', newest: 'ipxe,pxe,http,http-ipxe,fake' }

/** How old an API's view of who is alive may be. */
export const ringResetSeconds = 2

/** What all of an installation's services read. Deaths are noticed after 8 s; Ironic's default is 60. */
export function commonIni({ release, apiIp, databaseUrl, imagesFolder }: CommonSettings): Ini {
  return {
    DEFAULT: {
      auth_strategy: 'noauth',
      rpc_transport: 'json-rpc',
      use_stderr: true,
      log_file: '',
      enabled_hardware_types: 'fake-hardware,ipmi,redfish,manual-management',
      enabled_boot_interfaces: bootInterfaces[release],
      enabled_deploy_interfaces: 'direct,ramdisk,fake',
      enabled_inspect_interfaces: 'fake,no-inspect',
      enabled_management_interfaces: 'fake,ipmitool,redfish,noop',
      enabled_network_interfaces: 'noop',
      enabled_power_interfaces: 'fake,ipmitool,redfish',
      enabled_raid_interfaces: 'fake,no-raid',
      enabled_rescue_interfaces: 'fake,no-rescue',
      enabled_storage_interfaces: 'noop,fake',
      enabled_vendor_interfaces: 'fake,no-vendor,ipmitool',
      enabled_bios_interfaces: 'fake,no-bios',
      enabled_console_interfaces: 'fake,no-console',
      default_boot_interface: 'ipxe',
      default_network_interface: 'noop',
      force_raw_images: false,
      hash_ring_reset_interval: ringResetSeconds,
    },
    api: { host_ip: apiIp, port: 6385, api_workers: 1 },
    database: { connection: databaseUrl },
    json_rpc: { auth_strategy: 'noauth', port: 8089 },
    dhcp: { dhcp_provider: 'none' },
    service_catalog: { auth_type: 'none', endpoint_override: `http://${apiIp}:6385` },
    conductor: {
      heartbeat_interval: 2,
      heartbeat_timeout: 8,
      sync_local_state_interval: 5,
      automated_clean: true,
      // No machine answers: nodes stay in their wait states until the test says otherwise.
      clean_callback_timeout: 0,
      deploy_callback_timeout: 0,
      file_url_allowed_paths: imagesFolder,
    },
    deploy: { erase_devices_priority: 0, erase_devices_metadata_priority: 10, default_boot_mode: 'uefi' },
  }
}

export interface ConductorSettings {
  name: string
  ip: string
  /** The conductor's own folder; `http` and `tftp` below it are its roots. */
  folder: string
  imagesFolder: string
}

/** What one conductor reads besides. */
export function conductorIni({ name, ip, folder, imagesFolder }: ConductorSettings): Ini {
  return {
    DEFAULT: { host: name, my_ip: ip },
    json_rpc: { host_ip: ip },
    deploy: { http_url: `http://${ip}:8080`, http_root: `${folder}/http` },
    pxe: {
      tftp_server: ip,
      tftp_root: `${folder}/tftp`,
      tftp_master_path: `${folder}/tftp_master`,
      images_path: `${folder}/images`,
      instance_master_path: `${folder}/inst_master`,
    },
    conductor: {
      deploy_kernel: `file://${imagesFolder}/ipa.kernel`,
      deploy_ramdisk: `file://${imagesFolder}/ipa.initramfs`,
    },
  }
}
