import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { BootStep } from '../../model/boots.ts'
import { fileRole } from './boot-files.ts'

/** Of a boot that goes on for hours these are shown. */
const firstSteps = 60
const lastSteps = 40

/** The events of a boot as steps for operators; what repeats itself is one step. */
export function stepsOf(events: readonly StoredBootEvent[]): BootStep[] {
  const begunAt = events[0]?.at ?? 0
  const steps: BootStep[] = []
  for (const event of events) {
    const what = wordsFor(event)
    const last = steps.at(-1)
    if (last?.what === what && last.outcome === event.outcome) last.times += 1
    else {
      steps.push({
        at: event.at,
        kind: event.kind,
        outcome: event.outcome,
        what,
        code: event.code,
        seconds: Math.round(event.at - begunAt) / 1000,
        milliseconds: event.milliseconds,
        event_id: event.id,
        times: 1,
      })
    }
  }
  return steps.length > firstSteps + lastSteps ? [...steps.slice(0, firstSteps), ...steps.slice(-lastSteps)] : steps
}

function wordsFor(event: StoredBootEvent): string {
  const { bytes, code, conductor, kind, mac, name, outcome, reason } = event
  const why = reason ?? code ?? 'for no reason that is known'
  switch (kind) {
    case 'script':
      if (outcome === 'served') return `script served to ${mac ?? '?'} by ${conductor ?? '?'}`
      return `script ${outcome === 'refused' ? 'refused to' : 'not to be had for'} ${mac ?? '?'}: ${why}`
    case 'file':
      if (outcome === 'served') return bytes === null ? fileWords(name) : `${fileWords(name)}, ${size(bytes)}`
      return `${fileWords(name)} ${outcome === 'broken' ? 'broken off' : 'not to be had'}: ${why}`
    case 'lookup':
      return outcome === 'served'
        ? 'agent asked which node it is on'
        : `agent asked which node it is on, in vain: ${why}`
    case 'heartbeat':
      return outcome === 'served'
        ? `agent called back${name === null ? '' : `, says ${name}`}`
        : `agent called back, in vain: ${why}`
    case 'inspection':
      return outcome === 'served'
        ? 'agent handed over what it has found'
        : `agent handed over what it has found, in vain: ${why}`
    case 'state':
      return `state ${name ?? '?'}`
    case 'syslog':
      return `log: ${reason ?? name ?? ''}`
  }
}

function fileWords(name: string | null): string {
  const role = fileRole(name)
  return role === 'kernel' || role === 'ramdisk' || role === 'root script'
    ? role
    : role === 'other'
      ? (name ?? 'a file')
      : `${role} ${name}`
}

/** In units of 1000, as disks and networks have them. */
function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
