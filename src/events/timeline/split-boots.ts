import type { StoredBootEvent } from '../../model/boot-events.ts'
import { fileRole, isLead } from './boot-files.ts'
import {
  agentPauseMilliseconds,
  clockSkewMilliseconds,
  filePauseMilliseconds,
  newBootPauseMilliseconds,
} from './patience.ts'

/** How far a boot has come. */
type Stage = 'asked' | 'file' | 'agent'

interface OpenBoot {
  readonly events: StoredBootEvent[]
  stage: Stage
  hasScript: boolean
  /** How many of the events are fetches of the root script: it may be fetched again thousands of times. */
  rootScripts: number
  /** Of the last thing that the machine itself did. */
  actedAt: number
  lastAt: number
}

export interface SplitEvents {
  boots: StoredBootEvent[][]
  /** What happened outside of any boot: changes of state, heartbeats and log lines. */
  others: StoredBootEvent[]
}

/** Cuts one machine's events, which are in order, into boots. Each event is in one boot, or in `others`. */
export function splitBoots(events: readonly StoredBootEvent[]): SplitEvents {
  const boots: StoredBootEvent[][] = []
  const others: StoredBootEvent[] = []
  let open: OpenBoot | undefined
  const begin = (): OpenBoot => {
    const boot: OpenBoot = { events: [], stage: 'asked', hasScript: false, rootScripts: 0, actedAt: 0, lastAt: 0 }
    boots.push(boot.events)
    return boot
  }
  for (const event of events) {
    if (event.kind === 'script') open = goesOnWithScript(open, event) ? open : begin()
    else if (event.kind === 'file') open = goesOnWithFile(open, event) ? open : begin()
    else if (!within(open?.lastAt, event, agentPauseMilliseconds)) {
      if (event.kind !== 'lookup') {
        others.push(event)
        continue
      }
      open = begin()
    }
    if (open === undefined) continue
    open.events.push(event)
    open.lastAt = event.at
    if (event.kind !== 'state' && event.kind !== 'heartbeat') open.actedAt = event.at
    if (event.kind === 'script') open.hasScript = true
    if (isRootScript(event)) open.rootScripts += 1
    if (isCallBack(event)) open.stage = 'agent'
    else if (isBooted(event) && open.stage === 'asked') open.stage = 'file'
  }
  return { boots, others }
}

/** Whether a script request belongs to the boot: the machine asks again, with the same NIC or another one. */
function goesOnWithScript(open: OpenBoot | undefined, event: StoredBootEvent): boolean {
  if (open === undefined || !within(open.actedAt, event, newBootPauseMilliseconds)) return false
  if (open.stage === 'asked') return true
  // By a clock that is slow, a kernel came before its script.
  return !open.hasScript && open.stage === 'file' && within(open.actedAt, event, clockSkewMilliseconds)
}

/** Firmware fetches the root script once in each boot, ahead of all else. */
function goesOnWithFile(open: OpenBoot | undefined, event: StoredBootEvent): boolean {
  if (open === undefined || !isRootScript(event)) return within(open?.actedAt, event, filePauseMilliseconds)
  if (open.rootScripts === open.events.length) return within(open.actedAt, event, newBootPauseMilliseconds)
  return open.rootScripts === 0 && open.stage === 'asked' && within(open.events[0]?.at, event, clockSkewMilliseconds)
}

function isRootScript({ kind, name }: StoredBootEvent): boolean {
  return kind === 'file' && fileRole(name) === 'root script'
}

/** Whether a file is one that machines boot. */
function isBooted({ kind, name, outcome }: StoredBootEvent): boolean {
  return kind === 'file' && outcome === 'served' && !isLead(name)
}

function within(since: number | undefined, event: StoredBootEvent, milliseconds: number): boolean {
  return since !== undefined && event.at - since <= milliseconds
}

/** Whether an event shows that an agent runs on the machine. */
export function isCallBack({ kind, name, outcome }: StoredBootEvent): boolean {
  if (kind === 'lookup' || kind === 'heartbeat') return outcome === 'served'
  return kind === 'state' && leavesWaiting(name ?? '')
}

/**
 * Where a call leads out of a wait. What has waited in vain has failed, or was aborted, and then goes on to something else,
 * which may be all that is seen of it beside an Ironic; there an inspector calls for the agent, and ends the inspection.
 */
const goesOnTo: Readonly<Record<string, RegExp>> = {
  'wait call-back': /^deploying$/,
  'clean wait': /^cleaning$/,
  'inspect wait': /^(?:inspecting|manageable)$/,
  'rescue wait': /^rescuing$/,
  'service wait': /^servicing$/,
}

function leavesWaiting(change: string): boolean {
  const [from = '', to = ''] = change.split(' to ')
  return goesOnTo[from]?.test(to) ?? false
}
