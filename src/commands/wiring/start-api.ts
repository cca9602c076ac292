import { apiLimits } from '../../api/api-limits.ts'
import { AllowedNetworks } from '../../api/boot/allowed-networks.ts'
import { BootDecision } from '../../api/boot/boot-decision.ts'
import { BootRoute } from '../../api/boot/boot-route.ts'
import { DecisionLog } from '../../api/boot/decision-log.ts'
import { LastKnownGood } from '../../api/boot/last-known-good.ts'
import { RefusalClock } from '../../api/boot/refusal-clock.ts'
import { proxies } from '../../api/proxies.ts'
import { type ApiServer, startApiServer } from '../../api/server.ts'
import { readUiFiles } from '../../api/ui/ui-files.ts'
import type { Config } from '../../config/config.ts'
import type { ManagementReader } from '../../model/management-stores.ts'
import type { FleetDatabase } from '../../model/stores.ts'
import { LogBudget } from '../../observe/log-budget.ts'
import type { Logger } from '../../observe/logger.ts'
import { ManagementMetrics, watchBootsInFlight } from '../../observe/management-metrics.ts'
import type { Metrics } from '../../observe/metrics.ts'
import type { RequestTracer } from '../../observe/trace.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import { tracedClient } from '../../rpc/traced-client.ts'
import type { Installation } from '../installation.ts'
import { buildObservation } from './build-observation.ts'
import { buildRest, restAccess } from './build-rest.ts'
import type { BootEvents } from './start-boot-events.ts'

/** Log lines about refusals, which any client can cause. */
const refusalLinesPerSecond = 50
const refusalLineBurst = 500

export interface ApiParts {
  installation: Installation
  database: Pick<FleetDatabase, 'nodes' | 'finder'> & { management?: ManagementReader }
  rings: FleetRings
  conductors: ConductorClient
  metrics: Metrics
  /** Absent: none are kept. */
  events?: BootEvents | undefined
  tracer?: RequestTracer | undefined
  log: Logger
}

type DecisionParts = Pick<ApiParts, 'conductors' | 'rings' | 'tracer'> &
  Partial<Pick<ApiParts, 'metrics'>> & { database: Pick<FleetDatabase, 'nodes'> }

/** What decides boot requests, as the options say. */
export function buildBootDecision(
  config: Config,
  { conductors, database, metrics, rings, tracer }: DecisionParts,
): BootDecision {
  const { stale_boot_seconds: staleBootSeconds } = config.bootring
  return new BootDecision({
    nodes: database.nodes,
    rings,
    conductors,
    lastKnownGood: staleBootSeconds > 0 ? new LastKnownGood({ staleBootSeconds }) : undefined,
    onStaleBoot: () => metrics?.staleBoot(),
    restrictBootConfig: config.api.restrict_boot_config,
    // Ironic writes a node's files on its owner's host alone; with replicate the others have copies.
    onlyOwners: config.bootring.mode === 'attached' && !config.bootring.replicate,
    attemptTimeoutSeconds: config.bootring.rpc_attempt_timeout,
    totalTimeoutSeconds: config.bootring.rpc_total_timeout,
    // A copy may be a moment older than the owner's file: it is for owners that do not answer, not for late ones.
    hedgeShare: config.bootring.mode === 'attached' ? 0 : config.bootring.rpc_hedge_share,
    retryShare: config.bootring.rpc_retry_share,
    tracer,
  })
}

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
