import { dict, integer, list, optionalString, string } from '../option.ts'

export const conductorSection = {
  heartbeat_interval: integer(10, 'How often a conductor says that it is alive.', {
    min: 1,
    unit: 'seconds',
    standaloneOnly: true,
  }),
  heartbeat_timeout: integer(60, 'A conductor not heard from for longer than this is dead.', {
    min: 1,
    unit: 'seconds',
    // With none, the newest Ironic releases take every conductor for alive that says it is online.
    attached: { type: { kind: 'integer' } },
  }),
  sync_local_state_interval: integer(
    180,
    'How often a conductor looks which nodes it owns and brings its boot files in line; 0: only at start.',
    { min: 0, unit: 'seconds', standaloneOnly: true },
  ),
  conductor_group: string('', 'Group this conductor belongs to; it serves the nodes of the same group only.', {
    standaloneOnly: true,
  }),
  deploy_kernel: optionalString("URL (file or http) of the agent's kernel, for nodes without one in driver_info.", {
    standaloneOnly: true,
  }),
  deploy_ramdisk: optionalString("URL (file or http) of the agent's ramdisk, for nodes without one in driver_info.", {
    standaloneOnly: true,
  }),
  deploy_kernel_by_arch: dict({}, 'The same by architecture, as <cpu_arch>:<URL>; these come first.', {
    standaloneOnly: true,
  }),
  deploy_ramdisk_by_arch: dict({}, 'The same by architecture, as <cpu_arch>:<URL>; these come first.', {
    standaloneOnly: true,
  }),
  rescue_kernel: optionalString('URL of the kernel for rescue. Default: what the node is deployed with.', {
    standaloneOnly: true,
  }),
  rescue_ramdisk: optionalString('URL of the ramdisk for rescue. Default: what the node is deployed with.', {
    standaloneOnly: true,
  }),
  rescue_kernel_by_arch: dict({}, 'The same by architecture, as <cpu_arch>:<URL>; these come first.', {
    standaloneOnly: true,
  }),
  rescue_ramdisk_by_arch: dict({}, 'The same by architecture, as <cpu_arch>:<URL>; these come first.', {
    standaloneOnly: true,
  }),
  file_url_allowed_paths: list(
    ['/var/lib/ironic', '/shared/html', '/templates', '/opt/cache/files', '/vagrant', '/var/lib/bootring'],
    'Folders from which file:// URLs may be read.',
    { standaloneOnly: true },
  ),
}
