import { integer, list, optionalString, string } from '../option.ts'

export const conductorSection = {
  heartbeat_interval: integer(10, 'How often a conductor says that it is alive.', { min: 1, unit: 'seconds' }),
  heartbeat_timeout: integer(60, 'A conductor not heard from for longer than this is dead.', {
    min: 1,
    unit: 'seconds',
  }),
  sync_local_state_interval: integer(
    180,
    'How often a conductor looks which nodes it owns and brings its boot files in line; 0: only at start.',
    { min: 0, unit: 'seconds' },
  ),
  conductor_group: string('', 'Group this conductor belongs to; it serves the nodes of the same group only.'),
  deploy_kernel: optionalString("URL (file or http) of the agent's kernel, for nodes without one in driver_info."),
  deploy_ramdisk: optionalString("URL (file or http) of the agent's ramdisk, for nodes without one in driver_info."),
  file_url_allowed_paths: list(
    ['/var/lib/ironic', '/shared/html', '/templates', '/opt/cache/files', '/vagrant', '/var/lib/bootring'],
    'Folders from which file:// URLs may be read.',
  ),
}
