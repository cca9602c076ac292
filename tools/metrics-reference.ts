import { buildApiMetrics, buildConductorMetrics, buildMetrics } from '../src/commands/wiring/build-metrics.ts'
import { BootEventMetrics } from '../src/observe/boot-event-metrics.ts'
import { ManagementMetrics, watchBootsInFlight } from '../src/observe/management-metrics.ts'
import type { Metrics } from '../src/observe/metrics.ts'
import { syslogCounter } from '../src/observe/syslog-metrics.ts'

const introduction = `# Metrics

<!-- Made by \`node tools/reference.ts\`. Edit src/observe/ instead. -->

\`/metrics\` at \`[bootring]admin_ip\` and \`admin_port\`, of a conductor \`conductor_admin_port\`, in Prometheus's text format. \`bootring serve\` has the
metrics of API and conductor on one page. Several API workers are added up, but for what all of them see alike. Values of labels come from fixed
lists and never from a client: no page has more than some hundred lines. Besides these there are \`process_…\` and \`nodejs_…\`: memory, processor time, open
files, lag of the event loop, pauses of the garbage collector.

[Monitoring](../monitoring.md) says which of them to watch.
`

/** What the metrics are asked of when nobody asks: there is no fleet. */
const nothing = {
  mode: 'standalone',
  rings: { builds: 0, conductors: async () => [] },
  database: { finder: { states: async () => [] } },
} as const

interface Described {
  name: string
  help: string
  type: string
  labelNames: readonly string[]
}

/** The page docs/reference/metrics.md, in Markdown. */
export function metricsReference(): string {
  const all = ofAll(buildMetrics(nothing))
  const api = ofAll(buildApiMetrics(nothing))
  new ManagementMetrics(api.registry)
  watchBootsInFlight(api.registry, () => 0)
  syslogCounter(api.registry)
  const conductor = ofAll(buildMetrics(nothing))
  buildConductorMetrics(conductor).watchWork({ heldNodes: () => 0, busyWorkers: () => 0 })
  const common = described(all)
  return [
    introduction,
    section('All processes', "A conductor's own page has those of boot requests too, which stay at 0 there.", common),
    section('API', '`bootring api` and `bootring serve`.', without(described(api), common)),
    section('Conductor', '`bootring conductor` and `bootring serve`.', without(described(conductor), common)),
  ].join('\n')
}

function ofAll(metrics: Metrics): Metrics {
  new BootEventMetrics(metrics.registry, () => 0)
  return metrics
}

/** Ours, in the order of their names. */
function described({ registry }: Metrics): Described[] {
  return (registry.getMetricsAsArray() as unknown as Described[])
    .filter(({ name }) => name.startsWith('bootring_'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function without(metrics: readonly Described[], others: readonly Described[]): Described[] {
  return metrics.filter(({ name }) => !others.some((other) => other.name === name))
}

function section(title: string, text: string, metrics: readonly Described[]): string {
  const rows = metrics.map(({ help, labelNames, name, type }) => {
    const labels = labelNames.length > 0 ? `{${labelNames.join(',')}}` : ''
    return `| \`${name}${labels}\` | ${type} | ${help} |\n`
  })
  return `## ${title}\n\n${text}\n\n| metric | type | meaning |\n|---|---|---|\n${rows.join('')}`
}
