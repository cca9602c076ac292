import type { BootDecision } from '../../api/boot/boot-decision.ts'
import type { ObservationParts } from '../../api/observation/observation.ts'
import type { RestAccess } from '../../api/rest/access.ts'
import { version } from '../version.ts'
import { buildExplainer } from './build-explainer.ts'
import type { ApiParts } from './start-api.ts'

/** What operators look at, as the options say. */
export function buildObservation(
  { database, installation, log, rings }: ApiParts,
  decision: BootDecision,
  access: RestAccess,
): ObservationParts {
  const { config, host } = installation
  return {
    finder: database.finder,
    rings,
    explainer: buildExplainer(installation, decision, rings),
    access,
    logger: log,
    version,
    mode: config.bootring.mode,
    server: host,
    restrictBootConfig: config.api.restrict_boot_config,
  }
}
