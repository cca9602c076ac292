import { AllowedNetworks } from '../../api/boot/allowed-networks.ts'
import type { BootDecision } from '../../api/boot/boot-decision.ts'
import { Explainer } from '../../api/explanation.ts'
import type { BootEventReader } from '../../model/boot-events.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { conductorAddress } from '../../rpc/conductor-address.ts'
import type { Installation } from '../installation.ts'
import { bootSight } from './boot-sight.ts'
import { addressRules } from './build-conductor-client.ts'

/** What explains decisions to operators, of the command and of the API alike. */
export function buildExplainer(
  installation: Installation,
  decision: BootDecision,
  rings: FleetRings,
  events?: BootEventReader,
): Explainer {
  const { api, bootring } = installation.config
  const rules = addressRules(installation)
  return new Explainer({
    decision,
    rings,
    allowedNetworks: new AllowedNetworks(bootring.boot_allowed_networks),
    restrictBootConfig: api.restrict_boot_config,
    events,
    sight: bootSight(installation),
    addressOf: (hostname) => conductorAddress(hostname, rules),
  })
}
