import { BootDecision } from '../../api/boot/boot-decision.ts'
import { LastKnownGood } from '../../api/boot/last-known-good.ts'
import type { Config } from '../../config/config.ts'
import type { ApiParts } from './api-parts.ts'

type DecisionParts = Pick<ApiParts, 'conductors' | 'rings' | 'tracer'> &
  Partial<Pick<ApiParts, 'metrics'>> & { database: Pick<ApiParts['database'], 'nodes'> }

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
