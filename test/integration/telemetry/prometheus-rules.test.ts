import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { dashboardQueries } from '../../../tools/grafana-dashboard.ts'
import { metricsReference } from '../../../tools/metrics-reference.ts'
import { describeWith } from '../../support/describe-with.ts'
import { missingPromtool, promtool } from '../../support/promtool.ts'

interface Rule {
  alert?: string
  record?: string
  expr: string
  annotations?: { summary: string; description: string; runbook: string }
}

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const files = ['rules.yml', 'alerts.yml'].map((name) => path(`packaging/prometheus/${name}`))
const rules = files.flatMap((file) =>
  (parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
)
const alerts = rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert]))

/** How series go on, minute by minute, where an alert fires after a while, and where it does not. */
interface Case {
  fires: Record<string, string>
  /** Near the limit, or only for a moment. */
  quiet: Record<string, string>
  /** By when; default: a quarter of an hour. */
  at?: string
}

const api = 'job="bootring-api",instance="api1:9385"'
const conductor = 'job="bootring-conductor",instance="c1:9386"'
const boots = (outcome: string, reason: string) =>
  `bootring_boot_requests_total{${api},outcome="${outcome}",reason="${reason}"}`
const bucket = (le: string) => `bootring_boot_request_duration_seconds_bucket{${api},outcome="served",le="${le}"}`
const growing = '0+10x60'
const still = '7x60'

const cases: Record<string, Case> = {
  BootringDown: {
    fires: { [`up{${api}}`]: '1x2 0x60' },
    quiet: { [`up{${api}}`]: '1x12 0 1x60', 'up{job="node",instance="other"}': '0x60' },
  },
  BootringNoConductorAlive: {
    fires: { [`bootring_conductors_alive{${api}}`]: '3x2 0x60' },
    quiet: { [`bootring_conductors_alive{${api}}`]: '3x60', [`bootring_conductors_alive{${conductor}}`]: '0x60' },
  },
  BootringConductorSilent: {
    fires: { [`bootring_conductors{${api},condition="silent"}`]: '0x2 1x60' },
    quiet: {
      [`bootring_conductors{${api},condition="silent"}`]: '0x13 1 0x60',
      [`bootring_conductors{${api},condition="offline"}`]: '4x60',
    },
  },
  BootringConductorsSuspended: {
    fires: { [`bootring_conductors_suspended{${api}}`]: '0x2 2x60' },
    quiet: { [`bootring_conductors_suspended{${api}}`]: '0x13 2 0x60' },
  },
  BootringHeartbeatsFailing: {
    fires: { [`bootring_heartbeats_total{${conductor},result="failed"}`]: '0+1x60' },
    quiet: {
      [`bootring_heartbeats_total{${conductor},result="failed"}`]: '0x10 1x60',
      [`bootring_heartbeats_total{${conductor},result="alive"}`]: '0+6x60',
    },
  },
  BootringHeartbeatOld: {
    fires: { [`bootring_last_heartbeat_timestamp_seconds{${conductor}}`]: '60x60' },
    // Attached, or never registered.
    quiet: {
      [`bootring_last_heartbeat_timestamp_seconds{${conductor}}`]: '-20+60x60',
      'bootring_last_heartbeat_timestamp_seconds{instance="c2:9386"}': '0x60',
    },
  },
  BootringBootsUnavailable: {
    fires: { [boots('unavailable', 'DatabaseUnavailable')]: '0x2 0+10x60' },
    quiet: { [boots('unavailable', 'DatabaseUnavailable')]: still, [boots('refused', 'PortNotFound')]: growing },
  },
  BootringBootsFailing: {
    fires: { [boots('refused', 'TemplateFailed')]: growing },
    quiet: { [boots('refused', 'StateForbidsBoot')]: growing, [boots('refused', 'TemplateFailed')]: still },
  },
  BootringBootsSlow: {
    fires: { [bucket('1')]: '0+97x60', [bucket('2.5')]: '0+100x60', [bucket('+Inf')]: '0+100x60' },
    quiet: { [bucket('1')]: '0+100x60', [bucket('2.5')]: '0+100x60', [bucket('+Inf')]: '0+100x60' },
    at: '30m',
  },
  BootringUnknownAddresses: {
    fires: { [boots('refused', 'PortNotFound')]: '0+3600x60' },
    quiet: { [boots('refused', 'PortNotFound')]: '0+600x60' },
    at: '30m',
  },
  BootringStaleBoots: {
    fires: { [`bootring_stale_boots_total{${api}}`]: '0x5 0+1x60' },
    quiet: { [`bootring_stale_boots_total{${api}}`]: still },
  },
  BootringEventsDropped: {
    fires: { [`bootring_boot_events_dropped_total{${api},reason="queue_full"}`]: growing },
    quiet: {
      [`bootring_boot_events_dropped_total{${api},reason="queue_full"}`]: still,
      [`bootring_boot_events_dropped_total{${api},reason="strangers"}`]: growing,
    },
  },
  BootringDatabaseSilent: {
    fires: { [`bootring_database_silent{${api}}`]: '0x5 1x60' },
    quiet: { [`bootring_database_silent{${api}}`]: '0x14 1 0x60' },
  },
  BootringDatabaseBusy: {
    fires: {
      [`bootring_database_queries_waiting{${api},kind="lookup"}`]: '15x60',
      [`bootring_database_queries_waiting{${api},kind="other"}`]: '15x60',
    },
    quiet: { [`bootring_database_queries_waiting{${api},kind="lookup"}`]: '0x12 400 0x60' },
  },
  BootringRpcFaults: {
    fires: { [`bootring_rpc_server_calls_total{${conductor},outcome="failed",method="do_node_deploy"}`]: growing },
    quiet: { [`bootring_rpc_server_calls_total{${conductor},outcome="refused",method="do_node_deploy"}`]: growing },
  },
  BootringOverloaded: {
    fires: { [`bootring_management_requests_refused_total{${api},caller="management",reason="too many"}`]: growing },
    quiet: { [`bootring_rpc_server_calls_total{${conductor},outcome="overloaded",method="get_boot_config"}`]: still },
  },
  BootringBootFilesFailed: {
    fires: { [`bootring_boot_files_nodes{${conductor},result="failed"}`]: '0x2 3x60' },
    quiet: {
      [`bootring_boot_files_nodes{${conductor},result="failed"}`]: '0x20 3x9 0x60',
      [`bootring_boot_files_nodes{${conductor},result="kept"}`]: '30x60',
    },
    at: '30m',
  },
  BootringImageFetchesFailing: {
    fires: { [`bootring_image_fetches_total{${conductor},result="failed"}`]: '0+1x60' },
    quiet: { [`bootring_image_fetches_total{${conductor},result="unchanged"}`]: growing },
  },
  BootringUpkeepFailing: {
    fires: { [`bootring_upkeep_runs_total{${conductor},result="failed",task="power"}`]: '0+1x60' },
    quiet: {
      [`bootring_upkeep_runs_total{${conductor},result="failed",task="power"}`]: '0x5 1x60',
      [`bootring_upkeep_runs_total{${conductor},result="ok",task="power"}`]: growing,
    },
  },
  BootringEventLoopSlow: {
    fires: { [`nodejs_eventloop_lag_p99_seconds{${api}}`]: '0.4x60' },
    quiet: {
      [`nodejs_eventloop_lag_p99_seconds{${api}}`]: '0.02x60',
      'nodejs_eventloop_lag_p99_seconds{job="shop"}': '4x60',
    },
  },
  BootringReleasesDiffer: {
    fires: { 'bootring_build_info{version="0.1.0"}': '1x600', 'bootring_build_info{version="0.2.0"}': '1x600' },
    quiet: { 'bootring_build_info{version="0.1.0"}': '1x600', 'bootring_build_info{version="0.2.0"}': '1x300' },
    at: '7h',
  },
}

describeWith(missingPromtool, "Prometheus's rules", () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-rules-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** What fires is told by a series of Prometheus's own. All in one run, as each takes a while. */
  function firing(which: 'fires' | 'quiet', expected: 0 | 1, alerts = Object.keys(cases)) {
    const wanted = alerts.flatMap((alert) => (cases[alert] ? [[alert, cases[alert]] as const] : []))
    const series = Object.assign({}, ...wanted.map(([, test]) => test[which])) as Record<string, string>
    return {
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: wanted.map(([alert, { at = '15m' }]) => ({
        expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
        eval_time: at,
        exp_samples: expected === 0 ? [] : [{ labels: '{}', value: expected }],
      })),
    }
  }

  function run(tests: object[]): string {
    const file = join(folder, 'test.yml')
    writeFileSync(file, stringify({ rule_files: files, evaluation_interval: '1m', tests }))
    return promtool(['test', 'rules', file])
  }

  it('are valid', () => {
    expect(promtool(['check', 'rules', '--lint-fatal', ...files])).not.toMatch(/FAILED|error/i)
  })

  it('have a test of each alert', () => {
    expect(Object.keys(cases).sort()).toEqual([...alerts].sort())
  })

  it('fire when they should', () => {
    expect(run([firing('fires', 1)])).toMatch(/SUCCESS/)
  })

  it('keep still when they should', () => {
    expect(run([firing('quiet', 0)])).toMatch(/SUCCESS/)
  })

  it('are tested by tests that can fail', () => {
    expect(run([firing('quiet', 1, ['BootringDown'])])).toMatch(/FAILED/)
  })

  it('say what they are about', () => {
    const { alert = '', annotations } = rules.find((rule) => rule.alert === 'BootringRpcFaults') ?? {}
    const summary = 'do_node_deploy fails at c1:9386'
    const expected = { exp_annotations: { ...annotations, summary } }
    const exp_labels = { severity: 'warning', instance: 'c1:9386', method: 'do_node_deploy' }
    const test = firing('fires', 1, [alert])
    const told = { alertname: alert, eval_time: '15m', exp_alerts: [{ exp_labels, ...expected }] }
    expect(run([{ ...test, alert_rule_test: [told] }])).toMatch(/SUCCESS/)
  })

  it('lead to what to do', () => {
    const headings = [...readFileSync(path('docs/monitoring.md'), 'utf8').matchAll(/^### (\w+)$/gm)].map(
      ([, heading = '']) => heading,
    )
    expect(headings.sort()).toEqual([...alerts].sort())
    for (const { alert = '', annotations } of rules)
      if (annotations) expect(annotations.runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`)
  })

  // The reference is made from the metrics, and they are looked at in running processes elsewhere.
  it('and the dashboard name only metrics that there are', () => {
    const known = new Set([...metricsReference().matchAll(/^\| `(bootring_\w+)/gm)].map(([, name]) => name))
    const ofNode = ['nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total', 'process_resident_memory_bytes']
    const named = [...rules.map(({ expr }) => expr), ...dashboardQueries].flatMap(
      (query) => query.replaceAll(/"[^"]*"|\w+:\w+:\w+/g, '').match(/\b(?:bootring|nodejs|process)_\w+/g) ?? [],
    )
    const unknown = named.filter((name) => !ofNode.includes(name) && !known.has(name.replace(/_bucket$/, '')))
    expect(unknown).toEqual([])
    expect(named.length).toBeGreaterThan(50)
    const recorded = new Set(rules.map(({ record }) => record))
    const asked = rules.flatMap(({ expr }) => expr.match(/\w+:\w+:\w+/g) ?? [])
    expect(asked.filter((name) => !recorded.has(name))).toEqual([])
  })
})
