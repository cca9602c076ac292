import { boolean, integer, optionalAddress, optionalUrl, port } from '../option.ts'

export const apiSection = {
  host_ip: optionalAddress('Address that the API listens on. Default: 0.0.0.0; bootring serve without it: 127.0.0.1.'),
  port: port(6385, 'Port that the API listens on.', { standaloneOnly: true }),
  public_endpoint: optionalUrl('URL under which clients reach the API, where it is not http://<my_ip>:<port>.', {
    standaloneOnly: true,
  }),
  restrict_boot_config: boolean(
    true,
    'Serve boot configuration only for nodes in a wait state (wait call-back, clean wait, …). Turn off for fast-track.',
  ),
  restrict_lookup: boolean(
    true,
    'Let agents find their node only while it waits for one. Turn off where agents are booted by hand, for nodes in any state.',
    { standaloneOnly: true },
  ),
  ramdisk_heartbeat_timeout: integer(300, 'How long an agent may be silent; it is told to call three times as often.', {
    min: 1,
    unit: 'seconds',
    standaloneOnly: true,
  }),
  max_limit: integer(1000, 'Resources in one page of a list at most.', { min: 1, standaloneOnly: true }),
  api_workers: integer(1, 'API processes.', {
    min: 1,
    max: 256,
    attached: { type: { kind: 'integer' }, adopt: (workers) => Math.min(Math.max(1, workers), 256) },
  }),
}
