import { createReadStream } from 'node:fs'
import { Command } from 'commander'
import { HardwareChoice } from '../drivers/hardware-choice.ts'
import { decodeFleet, type Fleet, maxFleetBytes, readFleet } from '../fleet/parse-fleet.ts'
import { BootringError } from '../model/errors.ts'
import type { Database, FleetChange } from '../model/stores.ts'
import { withContext } from './context.ts'
import { addExamples } from './examples.ts'
import { hardwareFaults } from './fleet-hardware.ts'
import { fleetReportJson, writeFleetReport, writePruneWarning } from './fleet-report.ts'
import { addConfigOptions, type ConfigOptions } from './options.ts'
import { readySchema } from './ready-schema.ts'
import { counted } from './terminal/counted.ts'
import type { Output } from './terminal/output.ts'
import { Progress } from './terminal/progress.ts'
import { enabledHardware } from './wiring/build-hardware.ts'

interface ApplyOptions extends ConfigOptions {
  prune?: true
  dryRun?: true
  json?: true
}

/** `bootring apply FILE`. */
export function applyCommand(output: Output = process.stdout, messages: Output = process.stderr): Command {
  const command = addExamples(new Command('apply'), {
    'bootring apply fleet.yaml --dry-run': 'say what would change, and change nothing',
    'bootring apply fleet.yaml': 'load it; what has not changed stays as it is',
    'bootring apply - --prune < fleet.json': 'what an inventory prints; nodes that it does not name are removed',
  })
  return addConfigOptions(command)
    .description('load a fleet file into the database: all of it, or nothing when anything in it is wrong')
    .argument('<file>', 'fleet file, YAML or JSON; - for standard input')
    .option('--prune', 'remove the nodes that the file does not name, after saying which')
    .option('--dry-run', 'say what would be done, and leave the nodes as they are')
    .option('--json', 'print one JSON document: created, changed, unchanged, removed')
    .action(async (file: string, options: ApplyOptions) => {
      const request = { prune: options.prune ?? false, dryRun: options.dryRun ?? false }
      const progress = new Progress(messages, { quiet: options.json })
      try {
        progress.show(`Reading ${file}`)
        const fleet = await readFleetFile(file)
        await withContext(options, async ({ config, database, installation }) => {
          const enabled = new HardwareChoice(enabledHardware(config.DEFAULT)).rows()
          await readySchema(database, installation.databaseUrl)
          // Conductors may enable more than this host does, or may not run yet.
          const offers = await database.management.offers(config.conductor.heartbeat_timeout)
          const faults = hardwareFaults(fleet.nodes, [...enabled, ...offers])
          if (faults.length > 0) throw fleet.invalid(faults)
          const changes = await apply(fleet, database, request, { progress, messages })
          progress.clear()
          if (options.json) output.write(fleetReportJson(changes, request))
          else writeFleetReport(output, changes, request)
        })
      } finally {
        progress.clear()
      }
    })
}

async function apply(
  fleet: Fleet,
  { fleet: store }: Pick<Database, 'fleet'>,
  { prune, dryRun }: { prune: boolean; dryRun: boolean },
  { progress, messages }: { progress: Progress; messages: Output },
): Promise<FleetChange[]> {
  try {
    if (prune && !dryRun) {
      progress.show(`Comparing ${counted(fleet.nodes.length, 'node')}`)
      const planned = await store.apply(fleet.nodes, { prune, dryRun: true })
      progress.clear()
      writePruneWarning(messages, planned)
    }
    const doing = `${dryRun ? 'Comparing' : 'Loading'} ${counted(fleet.nodes.length, 'node')}`
    progress.show(doing)
    const onWritten = (done: number, total: number) => progress.show(doing, { done, total })
    return await store.apply(fleet.nodes, { prune, dryRun, onWritten })
  } catch (error) {
    throw atItsLine(error, fleet)
  }
}

/** A conflict with what the database holds names the field; only the file knows its line. */
function atItsLine(error: unknown, fleet: Fleet): unknown {
  if (!(error instanceof BootringError) || error.code !== 'FleetConflict') return error
  const field = /^nodes\[\d+\][^\s:]*/.exec(error.message)?.[0] ?? ''
  return new BootringError('FleetConflict', `${fleet.place(field)}: ${error.message}`, { cause: error })
}

async function readFleetFile(file: string): Promise<Fleet> {
  const fromInput = file === '-'
  const name = fromInput ? '<stdin>' : file
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of fromInput ? process.stdin : createReadStream(file)) {
      chunks.push(chunk)
      length += chunk.length
      // One byte more is enough to be refused.
      if (length > maxFleetBytes) break
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BootringError('FleetInvalid', `${name}: can't be read: ${reason}`, { cause })
  }
  return readFleet(decodeFleet(Buffer.concat(chunks), name), name)
}
