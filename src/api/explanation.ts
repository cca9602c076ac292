import { randomUUID } from 'node:crypto'
import { readBoots } from '../events/timeline/read-boots.ts'
import type { Sight } from '../events/timeline/sight.ts'
import type { BootEventReader } from '../model/boot-events.ts'
import type { Boot } from '../model/boots.ts'
import { waitStates } from '../model/provision-states.ts'
import { remedyOf } from '../model/remedy.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import { ringName } from '../ring/membership.ts'
import { type ConductorAddress, showAddress } from '../rpc/conductor-address.ts'
import type { AllowedNetworks } from './boot/allowed-networks.ts'
import type { BootDecision, Decision, DecisionCode } from './boot/boot-decision.ts'

/** The whole decision on a boot file, for operators. Keys that the way did not get to are null. */
export interface Explanation {
  mac: string
  name: string
  /** `served`, `refused` (404) or `unavailable` (503). */
  outcome: Decision['outcome']
  /** Why not; null when served. */
  code: DecisionCode | null
  reason: string | null
  /** What to do about it, in plain words. */
  remedy: string | null
  /** The port that has the address. */
  port: { address: string; node_uuid: string } | null
  node: {
    uuid: string
    name: string | null
    driver: string
    conductor_group: string
    provision_state: string | null
    /** Whether `[api]restrict_boot_config` lets this state boot. */
    may_boot: boolean
  } | null
  ring: {
    /** `<conductor group>:<hardware type>`. */
    name: string
    owner: string | null
    conductors: { hostname: string; alive: boolean; seconds_since_heartbeat: number | null }[]
  } | null
  /** `address`: where the conductor was called, as `<host>:<port>`; null where nothing says it. */
  attempts: { conductor: string; address: string | null; milliseconds: number; error: string | null }[]
  /** Who answered, and with what. */
  conductor: string | null
  script: string | null
  /** The last boots of this address, newest first; null where events are off or can't be read. */
  boots: Boot[] | null
}

export interface ExplainerParts {
  decision: Pick<BootDecision, 'decide'>
  rings: Pick<FleetRings, 'order' | 'conductors'>
  allowedNetworks: AllowedNetworks
  /** `[api]restrict_boot_config`. */
  restrictBootConfig: boolean
  /** Where a conductor is called; undefined where nothing says it. */
  addressOf(hostname: string): ConductorAddress | undefined
  /** Absent: no boots are shown. */
  events?: BootEventReader | undefined
  sight?: Sight
}

/** So many of the last boots are shown. */
const lastBoots = 5

export interface ExplainRequest {
  mac: string
  name: string
  /** Also check that a client with this address is allowed. */
  client?: string | undefined
}

/** Says what the firmware is never told: goes the way of a machine that asks, and notes down what it meets. */
export class Explainer {
  readonly #parts: ExplainerParts

  constructor(parts: ExplainerParts) {
    this.#parts = parts
  }

  async explain({ client, mac, name }: ExplainRequest): Promise<Explanation> {
    const { allowedNetworks, decision } = this.#parts
    const isAllowed = client === undefined || allowedNetworks.allows(client)
    return await this.#describe(
      isAllowed ? await decision.decide(mac, name, `req-${randomUUID()}`) : forbidden(mac, name, client),
    )
  }

  async #describe(decision: Decision): Promise<Explanation> {
    const { facts } = decision
    const served = decision.outcome === 'served'
    return {
      mac: facts.mac ?? facts.macText,
      name: facts.fileName,
      outcome: decision.outcome,
      code: served ? null : decision.code,
      reason: served ? null : decision.reason,
      remedy: served ? null : remedyOf(decision.code),
      port: facts.node ? { address: facts.mac ?? facts.macText, node_uuid: facts.node.nodeUuid } : null,
      node: facts.node
        ? {
            uuid: facts.node.nodeUuid,
            name: facts.node.nodeName,
            driver: facts.node.driver,
            conductor_group: facts.node.conductorGroup,
            provision_state: facts.node.provisionState,
            may_boot: mayBoot(facts.node.provisionState, this.#parts),
          }
        : null,
      ring: await this.#describeRing(decision),
      attempts: facts.attempts.map(({ conductor, error, milliseconds, overtaken }) => {
        const address = this.#parts.addressOf(conductor)
        return {
          conductor,
          address: address === undefined ? null : showAddress(address),
          milliseconds: Math.round(milliseconds * 10) / 10,
          error: error ? `${error.code}: ${error.message}` : overtaken ? 'another conductor answered first' : null,
        }
      }),
      conductor: served ? decision.conductor : null,
      script: served ? decision.script : null,
      boots: await this.#lastBoots(facts.mac),
    }
  }

  async #lastBoots(mac: string | undefined): Promise<Boot[] | null> {
    const { events } = this.#parts
    if (events === undefined) return null
    if (mac === undefined) return []
    // The decision is worth saying whether or not it is known what was before.
    return await readBoots(events, { mac }, lastBoots, Date.now(), this.#parts.sight).then(
      ({ boots }) => boots,
      () => null,
    )
  }

  /** The node's ring, also where the decision fell before it was needed; null without a node or a database. */
  async #describeRing({ facts }: Decision): Promise<Explanation['ring']> {
    const { node } = facts
    if (!node) return null
    const { rings } = this.#parts
    const key = { uuid: node.nodeUuid, driver: node.driver, conductorGroup: node.conductorGroup }
    const order = facts.order ?? (await rings.order(key).catch(() => []))
    const known = await rings.conductors().catch(() => [])
    const now = Date.now()
    return {
      name: ringName(node.conductorGroup, node.driver),
      owner: order[0] ?? null,
      conductors: order.map((hostname) => {
        const conductor = known.find((candidate) => candidate.hostname === hostname)
        const heartbeat = conductor?.updatedAt
        return {
          hostname,
          alive: conductor?.alive ?? false,
          seconds_since_heartbeat: heartbeat ? Math.max(0, Math.round((now - heartbeat.getTime()) / 1000)) : null,
        }
      }),
    }
  }
}

/** Whether a node in this state gets boot files. */
export function mayBoot(
  provisionState: string | null,
  { restrictBootConfig }: { restrictBootConfig: boolean },
): boolean {
  return !restrictBootConfig || waitStates.has(provisionState ?? '')
}

function forbidden(mac: string, name: string, address: string): Decision {
  return {
    outcome: 'refused',
    code: 'NetworkForbidden',
    reason: `client ${address} is in none of [bootring]boot_allowed_networks`,
    facts: { requestId: '', macText: mac, fileName: name, attempts: [] },
  }
}
