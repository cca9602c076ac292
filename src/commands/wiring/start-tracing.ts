import type { Config } from '../../config/config.ts'
import type { Logger } from '../../observe/logger.ts'
import type { OpenTelemetry } from '../../observe/open-telemetry.ts'
import { version } from '../version.ts'

export interface TracingSetting {
  config: Config
  /** Name of this host among the fleet's. */
  host: string
  service: 'api' | 'conductor' | 'serve'
  cleanup: Pick<AsyncDisposableStack, 'defer'>
  log: Logger
}

/** What traces requests, where `[bootring]trace_endpoint` says where to; else nothing is even loaded. */
export async function startTracing({
  cleanup,
  config,
  host,
  log,
  service,
}: TracingSetting): Promise<OpenTelemetry | undefined> {
  const { trace_endpoint: endpoint, trace_sample_ratio: sampleRatio } = config.bootring
  if (endpoint === undefined) return undefined
  const { openTelemetry } = await import('../../observe/open-telemetry.ts')
  const tracer = openTelemetry({
    url: tracesUrl(endpoint),
    sampleRatio,
    serviceName: `bootring-${service}`,
    version,
    host,
    logger: log,
  })
  cleanup.defer(() => tracer.close())
  log.info({ endpoint: new URL(endpoint).host, sampleRatio }, 'requests are traced')
  return tracer
}

/** A URL without a path is that of a collector, which takes traces below its usual path. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint)
  if (url.pathname === '/') url.pathname = '/v1/traces'
  return url.href
}
