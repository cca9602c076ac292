import { Command, InvalidArgumentError } from 'commander'
import { checks } from '../preflight/checks.ts'
import { runPreflight } from '../preflight/run-preflight.ts'
import { UrlProber } from '../preflight/url-prober.ts'
import { asServed } from './as-served.ts'
import { checkReadable } from './check-readable.ts'
import { withFleet } from './context.ts'
import { addExamples } from './examples.ts'
import { findNode } from './find-node.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { preflightJson, preflightText } from './preflight-report.ts'
import type { Output } from './terminal/output.ts'
import { Progress } from './terminal/progress.ts'
import { buildConductorClient } from './wiring/build-conductor-client.ts'
import { buildPreflightWorld } from './wiring/build-preflight-world.ts'

interface PreflightOptions extends ConfigOptions {
  json?: true
  strict?: true
  dhcpConfig?: string[]
  only?: string[]
  skip?: string[]
}

/** `bootring preflight`: finds before machines boot what would keep them from it. Ends with 1 when it does. */
export function preflightCommand(output: Output = process.stdout, messages: Output = process.stderr): Command {
  const command = new Command('preflight')
    .description(
      'look for what would keep machines from booting: scripts, URLs, images, DHCP, MACs, conductors, clocks; exit 1 if anything would',
    )
    .argument('[node...]', 'UUID, name or MAC of nodes (default: the whole fleet)')
    .option(
      '--dhcp-config <file>',
      'configuration file of dnsmasq, Kea or dhcpd, as the DHCP server in use has it; may be repeated',
      collected,
    )
    .option(
      '--only <check>',
      `look at nothing else; may be repeated: ${checks.map(({ name }) => name).join(', ')}`,
      checkName,
    )
    .option('--skip <check>', 'leave this check out; may be repeated', checkName)
    .option('--strict', 'exit 1 for warnings as well')
    .option('--json', 'print one JSON document')
  addExamples(command, {
    'bootring preflight': 'the whole fleet, and the conductors',
    'bootring preflight rack1-n1 rack1-n2 --only urls --only images': 'whether there is what two nodes would fetch',
    'bootring preflight --strict --dhcp-config /etc/dnsmasq.d/bootring.conf': 'for a pipeline, with the DHCP server',
  })
  return addConfigOptions(command, { attached: true }).action((idents: string[], options: PreflightOptions) =>
    withFleet(options, async (opened) => {
      await opened.database.checkSchema()
      const context = await asServed(opened, options)
      const { dhcpConfig: dhcpFiles = [], json = false, only, skip = [], strict = false } = options
      for (const file of dhcpFiles) checkReadable('--dhcp-config', file)
      const wanted = checks.filter(({ name }) => (only?.includes(name) ?? true) && !skip.includes(name))
      const nodes =
        idents.length === 0 ? undefined : await Promise.all(idents.map((ident) => findNode(context.database, ident)))
      const conductors = buildConductorClient(context.installation, context.log)
      const prober = new UrlProber()
      const progress = new Progress(messages, { quiet: json })
      try {
        const world = buildPreflightWorld({ context, conductors, prober, nodes, dhcpFiles })
        progress.show('Looking at nodes')
        const result = await runPreflight(world, wanted, (done, total) =>
          progress.show('Looking at nodes', { done, total }),
        )
        progress.clear()
        output.write(json ? preflightJson(result, wanted) : preflightText(output, result, wanted))
        const fails = strict ? ['error', 'warning'] : ['error']
        if (result.findings.some(({ severity }) => fails.includes(severity))) process.exitCode = 1
      } finally {
        progress.clear()
        await Promise.all([prober.close(), conductors.close()])
      }
    }),
  )
}

const collected = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

function checkName(name: string, before: string[] | undefined): string[] {
  if (checks.some((check) => check.name === name)) return collected(name, before)
  throw new InvalidArgumentError(`There are ${checks.map((check) => check.name).join(', ')}.`)
}
