import { address, boolean, choice, cidrs, float, integer, optionalAddress, port } from '../option.ts'

export const bootringSection = {
  boot_allowed_networks: cidrs(
    ['0.0.0.0/0', '::/0'],
    'Networks whose clients /v1/boot answers; all others get the same 404 as unknown machines.',
  ),
  serve_http_root: boolean(true, 'The conductor serves http_root itself. Turn off where another web server does it.'),
  http_root_ip: optionalAddress(
    'Address on which the conductor serves http_root. Default: the address in [deploy]http_url where that is loopback, else all addresses.',
  ),
  admin_ip: address('127.0.0.1', 'Address of /healthz, /readyz and /metrics.'),
  admin_port: port(9385, 'Port of /healthz, /readyz and /metrics of the API and of bootring serve.'),
  conductor_admin_port: port(9386, 'Port of /healthz, /readyz and /metrics of a conductor on its own.'),
  rpc_attempt_timeout: float(2, 'How long a conductor may take before the next one is asked.', {
    min: 0.05,
    unit: 'seconds',
  }),
  rpc_total_timeout: float(10, 'How long all conductors together may take for one boot file.', {
    min: 0.1,
    unit: 'seconds',
  }),
  max_boot_requests: integer(
    1024,
    'Boot requests that one API process works on at once; more are answered 503 with Retry-After.',
    { min: 1 },
  ),
  image_download_timeout: integer(3600, 'How long fetching one kernel or ramdisk may take.', {
    min: 1,
    unit: 'seconds',
  }),
  log_format: choice(['auto', 'json', 'text'], 'auto', 'How log lines look; auto: text on a terminal, else JSON.'),
}
