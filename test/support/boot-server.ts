import { onTestFinished } from 'vitest'
import { AllowedNetworks } from '../../src/api/boot/allowed-networks.ts'
import type { BootDecisionParts } from '../../src/api/boot/boot-decision.ts'
import { BootRoute, type BootRouteParts } from '../../src/api/boot/boot-route.ts'
import { DecisionLog } from '../../src/api/boot/decision-log.ts'
import { RefusalClock } from '../../src/api/boot/refusal-clock.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/api/server.ts'
import { createLogger } from '../../src/observe/create-logger.ts'
import { LogBudget } from '../../src/observe/log-budget.ts'
import { Metrics } from '../../src/observe/metrics.ts'
import { bootDecision } from './boot-fakes.ts'
import { LineSink } from './line-sink.ts'

export interface BootServer extends ApiServer {
  /** What was logged, parsed. */
  lines: Record<string, unknown>[]
  metrics: Metrics
}

/** Changes to the fakes that the server is built on, to the route, and to the server itself. */
export interface Changes {
  decision?: Partial<BootDecisionParts>
  route?: Partial<BootRouteParts>
  server?: Partial<ApiServerOptions>
}

/** The real API, listening on a free port of loopback, over the fakes; ends with the test. */
export async function startBootServer({ decision = {}, route = {}, server = {} }: Changes = {}): Promise<BootServer> {
  const sink = new LineSink()
  const logger = createLogger({ level: 'debug', format: 'json', destination: sink })
  const metrics = new Metrics({ processMetrics: false })
  const boot = new BootRoute({
    decision: bootDecision(decision),
    allowedNetworks: new AllowedNetworks(['0.0.0.0/0', '::/0']),
    maxBootRequests: 1024,
    refusalClock: new RefusalClock(),
    metrics,
    log: new DecisionLog(logger, new LogBudget(1000, 1000)),
    ...route,
  })
  const api = await startApiServer({ boot, logger, host: '127.0.0.1', port: 0, closeTimeoutSeconds: 5, ...server })
  onTestFinished(() => api.close())
  return { ...api, lines: sink.lines, metrics }
}
