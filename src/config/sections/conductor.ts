import { boolean, dict, integer, list, optionalString, string } from '../option.ts'

const callbackTimeout = (state: string) =>
  integer(1800, `How long a node may be in state "${state}" before that has failed; 0: for ever.`, {
    min: 0,
    unit: 'seconds',
    standaloneOnly: true,
  })

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
  workers_pool_size: integer(300, 'How much a conductor does in the background at once; more is refused.', {
    min: 3,
    standaloneOnly: true,
  }),
  node_locked_retry_attempts: integer(3, 'How often a request asks for a node that somebody else works on.', {
    min: 1,
    standaloneOnly: true,
  }),
  node_locked_retry_interval: integer(1, 'How long it waits between.', {
    min: 0,
    unit: 'seconds',
    standaloneOnly: true,
  }),
  automated_clean: boolean(
    true,
    'Clean nodes before they become available: after an instance, and on the way from manageable. Nodes may say otherwise.',
    { standaloneOnly: true },
  ),
  check_provision_state_interval: integer(
    60,
    'How often a conductor looks for nodes that have waited for too long, and for work that a dead conductor has left; 0: the latter only when the membership changes.',
    { min: 0, unit: 'seconds', standaloneOnly: true },
  ),
  deploy_callback_timeout: callbackTimeout('wait call-back'),
  clean_callback_timeout: callbackTimeout('clean wait'),
  rescue_callback_timeout: callbackTimeout('rescue wait'),
  inspect_wait_timeout: callbackTimeout('inspect wait'),
  service_callback_timeout: callbackTimeout('service wait'),
  sync_power_state_interval: integer(
    60,
    "How often machines' power is compared with what the database says; 0: never.",
    {
      min: 0,
      unit: 'seconds',
      standaloneOnly: true,
    },
  ),
  sync_power_state_workers: integer(8, 'Machines that are asked for their power at once.', {
    min: 1,
    standaloneOnly: true,
  }),
  force_power_state_during_sync: boolean(
    true,
    'Switch machines to the power state that the database says, rather than write down theirs.',
    { standaloneOnly: true },
  ),
  power_state_sync_max_retries: integer(3, 'How often that may fail before the node is put into maintenance.', {
    min: 0,
    standaloneOnly: true,
  }),
  power_failure_recovery_interval: integer(
    300,
    'How often nodes that a power failure has put into maintenance are looked at; 0: never.',
    { min: 0, unit: 'seconds', standaloneOnly: true },
  ),
  soft_power_off_timeout: integer(600, 'How long a machine may take to switch itself off where it is asked softly.', {
    min: 1,
    unit: 'seconds',
    standaloneOnly: true,
  }),
  allow_deleting_available_nodes: boolean(true, 'Let nodes be deleted that are available.', { standaloneOnly: true }),
  node_history: boolean(true, 'Write down what happens to each node.', { standaloneOnly: true }),
  node_history_max_entries: integer(300, 'Entries that are kept of each node; 0: none are written.', {
    min: 0,
    standaloneOnly: true,
  }),
  node_history_cleanup_interval: integer(86400, 'How often older entries are removed; 0: never.', {
    min: 0,
    unit: 'seconds',
    standaloneOnly: true,
  }),
}
