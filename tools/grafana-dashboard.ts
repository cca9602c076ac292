/** One plot: its queries, each with what its lines are called. */
interface Panel {
  title: string
  /** Grafana's name for it. */
  unit: string
  queries: readonly (readonly [query: string, legend: string])[]
  description?: string
  /** One number, instead of a plot over time. */
  isStat?: true
}

const bootring = 'job=~"$job",instance=~"$instance"'
const rate = (metric: string, by: string, more = '') =>
  `sum by (${by}) (rate(${metric}{${bootring}${more}}[$__rate_interval]))`
const quantile = (share: number) =>
  `histogram_quantile(${share}, ${rate('bootring_boot_request_duration_seconds_bucket', 'le', ',outcome="served"')})`

/** Rows of the dashboard, from its top. */
const rows: Readonly<Record<string, readonly Panel[]>> = {
  Boots: [
    {
      title: 'Boots per minute',
      unit: 'short',
      queries: [[`60 * ${rate('bootring_boot_requests_total', 'outcome')}`, '{{outcome}}']],
    },
    {
      title: 'Time to decide, scripts served',
      unit: 's',
      queries: [
        [quantile(0.5), 'p50'],
        [quantile(0.99), 'p99'],
        [quantile(0.999), 'p99.9'],
      ],
    },
    {
      title: 'Not served, by reason',
      unit: 'reqps',
      description: 'What each reason means, and what to do, is in docs/reference/rest.md.',
      queries: [[rate('bootring_boot_requests_total', 'reason', ',outcome!="served"'), '{{reason}}']],
    },
    {
      title: 'Being worked on',
      unit: 'short',
      queries: [[`sum by (instance) (bootring_boot_requests_in_flight{${bootring}})`, '{{instance}}']],
    },
  ],
  Conductors: [
    {
      title: 'Alive',
      unit: 'short',
      isStat: true,
      queries: [[`max(bootring_conductors_alive{${bootring}})`, 'alive']],
    },
    {
      title: 'By condition',
      unit: 'short',
      queries: [[`max by (condition) (bootring_conductors{${bootring}})`, '{{condition}}']],
    },
    {
      title: 'Asked last, as they failed lately',
      unit: 'short',
      queries: [[`max by (instance) (bootring_conductors_suspended{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Rings built anew',
      unit: 'ops',
      queries: [[rate('bootring_ring_rebuilds_total', 'instance'), '{{instance}}']],
    },
    {
      title: 'Calls of conductors for boot files',
      unit: 'ops',
      queries: [
        [rate('bootring_rpc_attempts_total', 'result'), '{{result}}'],
        [rate('bootring_rpc_hedges_total', 'result'), 'second conductor {{result}}'],
      ],
    },
    {
      title: 'Calls answered by conductors',
      unit: 'ops',
      queries: [[rate('bootring_rpc_server_calls_total', 'outcome, method'), '{{method}} {{outcome}}']],
    },
    {
      title: 'Heartbeats',
      unit: 'ops',
      queries: [[rate('bootring_heartbeats_total', 'instance, result'), '{{instance}} {{result}}']],
    },
    {
      title: 'Nodes without boot files, after the last walk',
      unit: 'short',
      queries: [[`sum by (instance) (bootring_boot_files_nodes{${bootring},result=~"failed|locked"})`, '{{instance}}']],
    },
  ],
  Files: [
    {
      title: 'File requests',
      unit: 'reqps',
      queries: [[rate('bootring_file_requests_total', 'code'), '{{code}}']],
    },
    {
      title: 'Sent',
      unit: 'Bps',
      queries: [[rate('bootring_file_sent_bytes_total', 'instance'), '{{instance}}']],
    },
    {
      title: 'Downloads going on',
      unit: 'short',
      queries: [[`sum by (instance) (bootring_file_requests_in_flight{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Fetches of kernels and ramdisks',
      unit: 'ops',
      queries: [[rate('bootring_image_fetches_total', 'result'), '{{result}}']],
    },
  ],
  Fleet: [
    {
      title: 'Nodes by state',
      unit: 'short',
      queries: [[`max by (state) (bootring_nodes{${bootring}}) > 0`, '{{state}}']],
    },
    {
      title: 'Management requests',
      unit: 'reqps',
      queries: [
        [rate('bootring_management_requests_total', 'method, code'), '{{method}} {{code}}'],
        [rate('bootring_management_requests_refused_total', 'caller'), 'refused: {{caller}}'],
      ],
    },
    {
      title: 'Nodes reserved, workers busy',
      unit: 'short',
      queries: [
        [`sum(bootring_nodes_reserved{${bootring}})`, 'reserved'],
        [`sum(bootring_workers_busy{${bootring}})`, 'workers'],
        [rate('bootring_node_reservations_total', 'result', ',result!="taken"'), 'a second: {{result}}'],
      ],
    },
    {
      title: 'Upkeep, how long the last run took',
      unit: 's',
      queries: [[`max by (task) (bootring_upkeep_last_duration_seconds{${bootring}})`, '{{task}}']],
    },
  ],
  'Boot events': [
    {
      title: 'Recorded, and dropped',
      unit: 'ops',
      queries: [
        [`sum(rate(bootring_boot_events_recorded_total{${bootring}}[$__rate_interval]))`, 'recorded'],
        [rate('bootring_boot_events_dropped_total', 'reason'), 'dropped: {{reason}}'],
        [rate('bootring_boot_events_deleted_total', 'reason'), 'deleted: {{reason}}'],
      ],
    },
    {
      title: 'Waiting for their store',
      unit: 'short',
      queries: [[`sum by (instance) (bootring_boot_event_queue_length{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Batches that could not be written',
      unit: 'ops',
      queries: [[rate('bootring_boot_event_write_failures_total', 'instance'), '{{instance}}']],
    },
    {
      title: 'Syslog',
      unit: 'ops',
      queries: [[rate('bootring_syslog_datagrams_total', 'result'), '{{result}}']],
    },
  ],
  Database: [
    {
      title: 'Connections',
      unit: 'short',
      queries: [[`sum by (instance, state) (bootring_database_connections{${bootring}})`, '{{instance}} {{state}}']],
    },
    {
      title: 'Queries that wait',
      unit: 'short',
      queries: [[`sum by (instance, kind) (bootring_database_queries_waiting{${bootring}})`, '{{instance}} {{kind}}']],
    },
    {
      title: 'Silent',
      unit: 'short',
      queries: [[`max by (instance) (bootring_database_silent{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Served while it was away',
      unit: 'ops',
      queries: [[rate('bootring_stale_boots_total', 'instance'), '{{instance}}']],
    },
  ],
  Processes: [
    {
      title: 'Processor time',
      unit: 'percentunit',
      queries: [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [[`sum by (instance) (process_resident_memory_bytes{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Lag of the event loop, p99',
      unit: 's',
      queries: [[`max by (instance) (nodejs_eventloop_lag_p99_seconds{${bootring}})`, '{{instance}}']],
    },
    {
      title: 'Releases',
      unit: 'short',
      queries: [[`count by (version, mode) (bootring_build_info{${bootring}})`, '{{version}} {{mode}}']],
    },
  ],
}

/** Every query of the dashboard. */
export const dashboardQueries: readonly string[] = Object.values(rows).flatMap((panels) =>
  panels.flatMap(({ queries }) => queries.map(([query]) => query)),
)

const panelsInARow = 4
const width = 24 / panelsInARow
const height = 8

/** packaging/grafana/bootring.json: a dashboard to import, for any Prometheus. */
export function grafanaDashboard(): string {
  const source = { type: 'prometheus', uid: '$datasource' }
  const panels: object[] = []
  let id = 0
  let y = 0
  for (const [title, members] of Object.entries(rows)) {
    panels.push({ id: ++id, type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: 24, h: 1 } })
    y += 1
    for (const [at, { description, isStat, queries, title, unit }] of members.entries()) {
      panels.push({
        id: ++id,
        type: isStat ? 'stat' : 'timeseries',
        title,
        ...(description && { description }),
        datasource: source,
        gridPos: { x: (at % panelsInARow) * width, y: y + Math.floor(at / panelsInARow) * height, w: width, h: height },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        options: isStat ? { reduceOptions: { calcs: ['lastNotNull'] } } : { tooltip: { mode: 'multi', sort: 'desc' } },
        targets: queries.map(([expr, legendFormat], index) => ({
          refId: String.fromCharCode(65 + index),
          datasource: source,
          expr,
          legendFormat,
        })),
      })
    }
    y += Math.ceil(members.length / panelsInARow) * height
  }
  const variable = (name: string, query: string) => ({
    name,
    type: 'query',
    datasource: source,
    query,
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  })
  const dashboard = {
    uid: 'bootring',
    title: 'bootring',
    tags: ['bootring'],
    schemaVersion: 39,
    editable: true,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        variable('job', 'label_values(bootring_build_info, job)'),
        variable('instance', 'label_values(bootring_build_info{job=~"$job"}, instance)'),
      ],
    },
    panels,
  }
  return `${JSON.stringify(dashboard, undefined, 2)}\n`
}
