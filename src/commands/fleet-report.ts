import { printable } from '../model/printable.ts'
import type { FleetAction, FleetChange } from '../model/stores.ts'
import { counted } from './terminal/counted.ts'
import type { Output } from './terminal/output.ts'
import { painter } from './terminal/painter.ts'

const colours = { created: 'green', changed: 'yellow', removed: 'red' } as const

/** What became of the fleet, a line for each node that did not stay as it was, and a summary. */
export function writeFleetReport(
  output: Output,
  changes: readonly FleetChange[],
  { dryRun }: { dryRun: boolean },
): void {
  const paint = painter(output)
  const lines: string[] = []
  for (const action of ['created', 'changed', 'removed'] as const) {
    for (const change of only(changes, action)) {
      const fields = change.fields.length > 0 ? `: ${change.fields.join(', ')}` : ''
      lines.push(`${paint(colours[action], action)} ${nodeLabel(change)}${fields}\n`)
    }
  }
  const count = (action: FleetAction): number => only(changes, action).length
  lines.push(
    `${count('created')} created, ${count('changed')} changed, `,
    `${count('unchanged')} left alone, ${count('removed')} removed\n`,
  )
  if (dryRun) lines.push('This was a dry run: nothing was changed.\n')
  output.write(lines.join(''))
}

/** Says what `--prune` is about to remove. */
export function writePruneWarning(output: Output, changes: readonly FleetChange[]): void {
  const removed = only(changes, 'removed')
  if (removed.length === 0) return
  const lines = removed.map((change) => `  ${nodeLabel(change)}\n`)
  output.write(`Going to remove ${counted(removed.length, 'node')} that the file does not name:\n${lines.join('')}`)
}

/** The same for programs. */
export function fleetReportJson(changes: readonly FleetChange[], { dryRun }: { dryRun: boolean }): string {
  const named = (action: FleetAction) => only(changes, action).map(({ uuid, name }) => ({ uuid, name }))
  const report = {
    dry_run: dryRun,
    created: named('created'),
    changed: only(changes, 'changed').map(({ uuid, name, fields }) => ({ uuid, name, fields })),
    unchanged: named('unchanged'),
    removed: named('removed'),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function only(changes: readonly FleetChange[], action: FleetAction): FleetChange[] {
  return changes.filter((change) => change.action === action)
}

function nodeLabel({ uuid, name }: FleetChange): string {
  return printable(name === null ? uuid : `${name} (${uuid})`)
}
