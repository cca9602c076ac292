import { Command } from 'commander'
import type { Explanation } from '../api/explanation.ts'
import { parseClientAddress } from '../model/client-address.ts'
import { BootringError } from '../model/errors.ts'
import { printableLines } from '../model/printable.ts'
import { withFleet } from './context.ts'
import { describeBoot } from './describe-boot.ts'
import { addExamples } from './examples.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { buildBootDecision } from './wiring/build-boot-decision.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildExplainer } from './wiring/build-explainer.ts'
import { buildRings } from './wiring/build-rings.ts'
import { openBootEvents } from './wiring/open-boot-events.ts'
import { withCleanup } from './with-cleanup.ts'

interface ExplainOptions extends ConfigOptions {
  json?: boolean
  from?: string
}

/** `bootring explain`: what the firmware is never told. Ends with 1 when the machine would not get its file. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('show what a machine that asks for a boot file gets, why, and what to do about it')
    .argument('<mac>', 'address of the NIC, separated by ":" or "-"')
    .argument('[name]', 'name of the boot file', 'boot.ipxe')
    .option('--from <address>', 'also check that a client with this address is allowed')
    .option('--json', 'print one JSON document')
  addExamples(command, {
    'bootring explain 52-54-00-12-34-56': 'what the machine with this NIC gets, and why',
    'bootring explain 52:54:00:12:34:56 grub.cfg --from 192.0.2.77': 'the same for GRUB, as asked from this address',
  })
  return addConfigOptions(command, { attached: true }).action((mac: string, name: string, options: ExplainOptions) =>
    withFleet(options, ({ config, database, installation, log }) =>
      withCleanup(async (cleanup) => {
        const client = options.from === undefined ? undefined : parseClientAddress(options.from)
        if (options.from !== undefined && client === undefined)
          throw new BootringError('InvalidParameter', `--from ${options.from} is no IP address`)
        const rings = buildRings(config, database.conductors)
        const conductors = buildConductorClient(installation, log)
        cleanup.defer(() => conductors.close())
        const events = await openBootEvents(installation, log, { readOnly: true })
        cleanup.defer(async () => await events?.close())
        const decision = buildBootDecision(config, { conductors, database, rings })
        const explainer = buildExplainer(installation, decision, rings, events)
        const explanation = await explainer.explain({ mac, name, client })
        const text = options.json ? JSON.stringify(explanation, undefined, 2) : describe(explanation)
        process.stdout.write(`${text}\n`)
        if (explanation.outcome !== 'served') process.exitCode = 1
      }),
    ),
  )
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
  return [...lines.map(printableLines), ...lastBoots(explanation.boots)].join('\n')
}

function lastBoots(boots: Explanation['boots']): string[] {
  if (boots === null) return []
  if (boots.length === 0) return ['', 'No boots of this address are on record.']
  const all = boots.map((boot, index) => describeBoot(process.stdout, boot, { steps: index === 0 }).trimEnd())
  return ['', 'Last boots:', ...all]
}
