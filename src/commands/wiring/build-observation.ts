import type { BootDecision } from '../../api/boot/boot-decision.ts'
import { LiveBoots } from '../../api/observation/live-boots.ts'
import type { ObservationParts } from '../../api/observation/observation.ts'
import type { RestAccess } from '../../api/rest/access.ts'
import { version } from '../version.ts'
import type { ApiParts } from './api-parts.ts'
import { bootSight } from './boot-sight.ts'
import { buildExplainer } from './build-explainer.ts'
import { buildScriptsByState } from './build-scripts-by-state.ts'

/** What operators look at, as the options say. */
export function buildObservation(
  { database, events, installation, log, rings }: ApiParts,
  decision: BootDecision,
  access: RestAccess,
): ObservationParts {
  const { config, host } = installation
  const sight = bootSight(installation)
  const scriptsByState = buildScriptsByState(installation, { decision, log })
  return {
    async scriptsOf(uuid) {
      const node = await database.nodes.node(uuid)
      return node && (await scriptsByState(node))
    },
    finder: database.finder,
    rings,
    explainer: buildExplainer(installation, decision, rings, events?.reader),
    events: events && {
      reader: events.reader,
      counts: () => events.counts(),
      live: new LiveBoots(events.reader, { logger: log, sight }),
      sight,
    },
    access,
    logger: log,
    version,
    mode: config.bootring.mode,
    server: host,
    restrictBootConfig: config.api.restrict_boot_config,
  }
}
