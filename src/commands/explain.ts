import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import { AllowedNetworks } from '../api/boot/allowed-networks.ts'
import type { Decision, DecisionCode } from '../api/boot/boot-decision.ts'
import { errorKinds } from '../model/errors.ts'
import { waitStates } from '../model/provision-states.ts'
import type { FleetRings } from '../ring/fleet-rings.ts'
import { ringName } from '../ring/membership.ts'
import { type ConductorAddress, conductorAddress, showAddress } from '../rpc/conductor-address.ts'
import { withFleet } from './context.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { addressRules, buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildRings } from './wiring/build-rings.ts'
import { buildBootDecision } from './wiring/start-api.ts'

interface ExplainOptions extends ConfigOptions {
  json?: boolean
  from?: string
}

/** The whole decision, as `--json` prints it. Keys that the way did not get to are null. */
interface Explanation {
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
}

/** `bootring explain`: what the firmware is never told. Ends with 1 when the machine would not get its file. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('show what a machine that asks for a boot file gets, why, and what to do about it')
    .argument('<mac>', 'address of the NIC, separated by ":" or "-"')
    .argument('[name]', 'name of the boot file', 'boot.ipxe')
    .option('--from <address>', 'also check that a client with this address is allowed')
    .option('--json', 'print one JSON document')
  return addConfigOptions(command, { attached: true }).action((mac: string, name: string, options: ExplainOptions) =>
    withFleet(options, async ({ config, database, installation, log }) => {
      const rings = buildRings(config, database.conductors)
      const conductors = buildConductorClient(installation, log)
      try {
        const decision = buildBootDecision(config, { conductors, database, rings })
        const allowed = new AllowedNetworks(config.bootring.boot_allowed_networks)
        const verdict =
          options.from === undefined || allowed.allows(options.from)
            ? await decision.decide(mac, name, `req-${randomUUID()}`)
            : forbidden(mac, name, options.from)
        const addressOf = (hostname: string) => conductorAddress(hostname, addressRules(installation))
        const explanation = await explain(verdict, rings, config.api.restrict_boot_config, addressOf)
        const text = options.json ? JSON.stringify(explanation, undefined, 2) : describe(explanation)
        process.stdout.write(`${text}\n`)
        if (explanation.outcome !== 'served') process.exitCode = 1
      } finally {
        await conductors.close()
      }
    }),
  )
}

function forbidden(mac: string, name: string, address: string): Decision {
  return {
    outcome: 'refused',
    code: 'NetworkForbidden',
    reason: `client ${address} is in none of [bootring]boot_allowed_networks`,
    facts: { requestId: '', macText: mac, fileName: name, attempts: [] },
  }
}

async function explain(
  decision: Decision,
  rings: FleetRings,
  restricted: boolean,
  addressOf: (hostname: string) => ConductorAddress | undefined,
): Promise<Explanation> {
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
          may_boot: !restricted || waitStates.has(facts.node.provisionState ?? ''),
        }
      : null,
    ring: await describeRing(decision, rings),
    attempts: facts.attempts.map(({ conductor, error, milliseconds, overtaken }) => {
      const address = addressOf(conductor)
      return {
        conductor,
        address: address === undefined ? null : showAddress(address),
        milliseconds: Math.round(milliseconds * 10) / 10,
        error: error ? `${error.code}: ${error.message}` : overtaken ? 'another conductor answered first' : null,
      }
    }),
    conductor: served ? decision.conductor : null,
    script: served ? decision.script : null,
  }
}

function remedyOf(code: DecisionCode): string {
  return code === 'Internal' ? 'This is a fault of bootring: see its log, and report it.' : errorKinds[code].remedy
}

/** The node's ring, also where the decision fell before it was needed; null without a node or a database. */
async function describeRing({ facts }: Decision, rings: FleetRings): Promise<Explanation['ring']> {
  const { node } = facts
  if (!node) return null
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

function describe(explanation: Explanation): string {
  const { attempts, code, conductor, mac, name, node, outcome, reason, remedy, ring, script } = explanation
  const lines = [`${mac} asks for ${name}`, '']
  if (node) {
    lines.push(
      `port ${mac}`,
      `node ${node.name ?? '(no name)'}, ${node.uuid}`,
      `driver ${node.driver}, conductor group ${node.conductor_group || '(none)'}`,
      `state ${node.provision_state ?? 'available'}: ${node.may_boot ? 'may boot' : 'may not boot'}`,
    )
  }
  if (ring) {
    lines.push(`ring ${ring.name}, owner ${ring.owner ?? 'nobody'}`)
    for (const { alive, hostname, seconds_since_heartbeat: age } of ring.conductors) {
      const heard = age === null ? 'never heard from' : `heard from ${age} s ago`
      const attempt = attempts.find((candidate) => candidate.conductor === hostname)
      const asked = attempt
        ? `; asked at ${attempt.address ?? 'no address'}: ${attempt.error ?? 'answered'} (${attempt.milliseconds} ms)`
        : ''
      lines.push(`  ${hostname}: ${alive ? 'alive' : 'dead'}, ${heard}${asked}`)
    }
  }
  if (node) lines.push('')
  if (outcome === 'served') lines.push(`Served by ${conductor}:`, '', script ?? '')
  else {
    const answer = outcome === 'refused' ? 'the generic 404' : '503 with Retry-After'
    lines.push(`The machine gets ${answer}. ${code}: ${reason}.`, `What to do: ${remedy}`)
  }
  return lines.join('\n')
}
