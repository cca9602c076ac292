import { apiLimits } from '../../api/api-limits.ts'
import { AllowedNetworks } from '../../api/boot/allowed-networks.ts'
import { BootRoute } from '../../api/boot/boot-route.ts'
import { DecisionLog } from '../../api/boot/decision-log.ts'
import { RefusalClock } from '../../api/boot/refusal-clock.ts'
import { proxies } from '../../api/proxies.ts'
import { type ApiServer, startApiServer } from '../../api/server.ts'
import { readUiFiles } from '../../api/ui/ui-files.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import { ManagementMetrics, watchBootsInFlight } from '../../observe/management-metrics.ts'
import { tracedClient } from '../../rpc/traced-client.ts'
import type { ApiParts } from './api-parts.ts'
import { buildBootDecision } from './build-boot-decision.ts'
import { buildObservation } from './build-observation.ts'
import { buildRest, restAccess } from './build-rest.ts'

/** Log lines about refusals, which any client can cause. */
const refusalLinesPerSecond = 50
const refusalLineBurst = 500

/** Starts the API on its address. Rejects where it can't listen. */
export async function startApi(given: ApiParts): Promise<ApiServer> {
  const { installation, log, metrics, tracer } = given
  const parts = tracer === undefined ? given : { ...given, conductors: tracedClient(given.conductors, tracer) }
  const { bootring } = installation.config
  const decision = buildBootDecision(installation.config, parts)
  metrics.watchSuspended(() => decision.suspendedConductors)
  const boot = new BootRoute({
    decision,
    allowedNetworks: new AllowedNetworks(bootring.boot_allowed_networks),
    pixiecoreApi: bootring.pixiecore_api,
    maxBootRequests: bootring.max_boot_requests,
    refusalClock: new RefusalClock(),
    metrics,
    log: new DecisionLog(log, new LogBudget(refusalLinesPerSecond, refusalLineBurst), tracer),
    tracer,
    events: parts.events?.sink,
    server: installation.host,
  })
  watchBootsInFlight(metrics.registry, () => boot.inFlight)
  const access = restAccess(installation, log)
  return await startApiServer({
    boot,
    metrics: new ManagementMetrics(metrics.registry),
    tracer,
    host: installation.apiHost,
    port: installation.apiPort,
    limits: {
      maxBootRequests: bootring.max_boot_requests,
      maxManagementRequests: bootring.max_management_requests,
      minManagementRequests: Math.min(apiLimits.minManagementRequests, bootring.max_management_requests),
      maxConnectionsPerAddress: bootring.max_connections_per_address,
    },
    isProxy: proxies(bootring.proxy_networks),
    rest: buildRest(parts, access),
    observation: buildObservation(parts, decision, access),
    ui: bootring.ui ? { access, files: readUiFiles() } : undefined,
    // Longer than a boot request may take: its conductors, and the database asked four times at most on the way.
    closeTimeoutSeconds: bootring.rpc_total_timeout + 4 * bootring.boot_database_timeout + 1,
    logger: log,
  })
}
