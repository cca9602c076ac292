import type { Boot, BootVerdict } from '../model/boots.ts'
import { printable } from '../model/printable.ts'
import type { Output } from './terminal/output.ts'
import { type Colour, painter } from './terminal/painter.ts'

/** A boot for people, of some lines. */
export function describeBoot(output: Output, boot: Boot, { steps = false }: { steps?: boolean | undefined }): string {
  const paint = painter(output)
  const { begun_at, client, mac, node_name, node_uuid, notes, reason, remedy, verdict } = boot
  const who = [node_name ?? node_uuid ?? 'unknown machine', mac, client].filter((part) => part !== null)
  const lines = [`${timeOf(begun_at)}  ${printable(who.join('  '))}  ${paint(colourOf(verdict), verdict)}`]
  if (reason !== null) lines.push(`    ${printable(reason)}`)
  if (remedy !== null) lines.push(`    What to do: ${printable(remedy)}`)
  for (const { detail, note } of notes) lines.push(`    ${note}: ${printable(detail)}`)
  if (steps) {
    for (const { seconds, times, what } of boot.steps)
      lines.push(`    ${seconds.toFixed(1).padStart(7)} s  ${printable(what)}${times > 1 ? `, ${times} times` : ''}`)
  }
  return `${lines.join('\n')}\n`
}

/** UTC, to the second. */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function colourOf(verdict: BootVerdict): Colour {
  if (verdict === 'booted') return 'green'
  return verdict === 'under way' || verdict === 'told to wait' ? 'yellow' : 'red'
}
