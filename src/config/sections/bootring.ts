import { checkConductorAddresses } from '../conductor-addresses.ts'
import { checkHttpUrls } from '../http-urls.ts'
import { checkImageUrlMap } from '../image-url-map.ts'
import {
  address,
  boolean,
  choice,
  cidrs,
  float,
  integer,
  list,
  optionalAddress,
  optionalPath,
  optionalString,
  optionalUrl,
  port,
} from '../option.ts'

export const bootringSection = {
  mode: choice(
    ['standalone', 'attached'],
    'standalone',
    "attached: beside a running Ironic, from Ironic's configuration, database and files, none of which are changed.",
  ),
  api_ip: optionalAddress(
    "Attached: address that bootring's API listens on. Default: [api]host_ip, which is for machines no use where Ironic's API stands behind a proxy.",
  ),
  api_port: port(6386, "Attached: port that bootring's API listens on; Ironic's own has [api]port."),
  rpc_port: port(
    8189,
    "Attached: port that bootring's conductors listen on, and are called at; Ironic's own have [json_rpc]port. 0: ask Ironic's own conductors.",
  ),
  conductor_addresses: list(
    [],
    'Attached: where the bootring conductor on a host is called, as <name>=<host> or <name>=<host>:<port>, for conductors whose registered name is no host name that resolves.',
    { check: checkConductorAddresses },
  ),
  api_root_urls: list(
    [],
    'Root URLs of several APIs, which the root script asks in turn, so that the death of one stops no machine. Default: only [pxe]ipxe_config_api_root_url.',
    { check: checkHttpUrls },
  ),
  pxe_template_folders: list(
    [],
    'Folders whose templates a node may choose, with [pxe]enable_insecure_template_override. Templates are code: nobody else may write there.',
    { standaloneOnly: true },
  ),
  replicate: boolean(
    false,
    "Attached: conductors keep copies of each other's boot files, and answer with them when the owner is gone. All hosts must say the same.",
  ),
  replica_path: optionalPath(
    'Attached: where those copies lie. Default: replicas in the folder where bootring keeps its state on its own, /var/lib/bootring for root.',
  ),
  image_url_map: list(
    [],
    'Attached: beginnings of URLs that are replaced in the copies of a dead conductor, as <old>=<new>, e.g. http://192.0.2.11:8080=http://192.0.2.12:8080.',
    { check: checkImageUrlMap },
  ),
  boot_allowed_networks: cidrs(
    ['0.0.0.0/0', '::/0'],
    'Networks whose clients /v1/boot answers; all others get the same 404 as unknown machines.',
  ),
  pixiecore_api: boolean(
    false,
    'Serve Pixiecore as well: GET /v1/boot/<MAC> answers with kernel, initrd and command line as JSON, by the same decision as the boot script. boot_allowed_networks must have the address of Pixiecore, which asks for its machines.',
    { standaloneOnly: true },
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
  rpc_hedge_share: float(
    0.1,
    'Share of the boot requests for which the next conductor may be asked while the first one takes longer than nearly all answers do; 0: never. Attached: not used, as a copy may be older.',
    { min: 0, max: 1 },
  ),
  rpc_retry_share: float(
    0.2,
    'Share of the boot requests that may be passed on to another conductor after one that took its time or answered with a failure. Refused connections are passed on always.',
    { min: 0, max: 1 },
  ),
  max_boot_requests: integer(
    1024,
    'Boot requests that one API process works on at once; more are answered 503 with Retry-After.',
    { min: 1 },
  ),
  max_management_requests: integer(
    64,
    'Requests of management clients that one API process works on at once; more wait for 2 seconds at most, then are answered 503 with Retry-After.',
    { min: 1 },
  ),
  read_only_users: list(
    [],
    'Users of [DEFAULT]http_basic_auth_user_file who may look at everything in the REST API and change nothing. All others may do everything.',
    { standaloneOnly: true },
  ),
  ui: boolean(
    true,
    'The API serves the dashboard at /ui, to those who may use the REST API of management; False: there is none.',
  ),
  max_connections_per_address: integer(
    2048,
    'Connections of one client address to one API process or one file server; further ones are closed at once. Loopback and proxy_networks may have more.',
    { min: 1 },
  ),
  proxy_networks: cidrs(
    [],
    'Networks of proxies and address translators, each of which brings many machines: max_connections_per_address does not hold for them, nor what one address may call as an agent.',
  ),
  max_rpc_calls: integer(
    1024,
    'Calls that one conductor works on at once; more are answered with an error, and the caller asks another conductor.',
    { min: 1 },
  ),
  max_downloads: integer(1024, 'Files that one conductor sends at once; more are answered 503 with Retry-After.', {
    min: 1,
  }),
  drain_seconds: integer(
    30,
    'How long a conductor that is stopped goes on answering at most, once it has left the ring, while machines still ask it.',
    { min: 0, unit: 'seconds', standaloneOnly: true },
  ),
  image_download_timeout: integer(3600, 'How long fetching one kernel or ramdisk may take.', {
    min: 1,
    unit: 'seconds',
  }),
  boot_database_timeout: float(
    1.5,
    'How long a machine that boots may wait for the database, on an API or a conductor, before it is told to come back. Keep it below rpc_attempt_timeout.',
    { min: 0.05, unit: 'seconds' },
  ),
  stale_boot_seconds: float(
    0,
    'How old the word of the database may be on which, while it is away, an API serves a machine the same script again. 0: never.',
    { min: 0, unit: 'seconds' },
  ),
  boot_events: boolean(
    true,
    'Keep what happens to machines that boot: scripts, downloads, agents, changes of state. For operators alone; no machine waits for it.',
  ),
  boot_event_connection: optionalString(
    "URL of the database that keeps boot events, in [database]connection's form. Default: with SQLite a file beside the database, <name>-events.sqlite; with PostgreSQL and MariaDB that database; attached: bootring-events.sqlite in the folder where bootring keeps its state on its own, /var/lib/bootring for root. Never Ironic's database.",
    { secret: true },
  ),
  boot_event_retention: integer(604_800, 'How long boot events are kept.', { min: 60, unit: 'seconds' }),
  boot_event_queue: integer(
    20_000,
    'Boot events of one process that may wait to be written; more are dropped, and counted in bootring_boot_events_dropped_total.',
    { min: 100 },
  ),
  boot_follow_up_interval: float(
    10,
    "Attached: how often nodes that have got a boot script are looked at in Ironic's database, to see whether their agents call and their states change. 0: never.",
    { min: 0, unit: 'seconds' },
  ),
  syslog_port: port(
    0,
    'UDP port on which the API takes what iPXE and ramdisks log by syslog, as events of the boot; usually 514. 0: none.',
  ),
  syslog_host: optionalAddress('Address on which it does. Default: that of the API.'),
  trace_endpoint: optionalUrl(
    'URL to which traces of requests are sent, by OTLP over HTTP, e.g. http://collector:4318. Unset: nothing is traced.',
  ),
  trace_sample_ratio: float(1, 'Share of the requests that are traced, where trace_endpoint is set.', {
    min: 0,
    max: 1,
  }),
  log_format: choice(['auto', 'json', 'text'], 'auto', 'How log lines look; auto: text on a terminal, else JSON.'),
}
