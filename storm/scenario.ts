import type { Member } from './member.ts'
import type { RealMachines } from './real-machines.ts'
import type { Site } from './site.ts'

/** What a scenario does things with. */
export interface Stage {
  readonly site: Site
  readonly real: RealMachines
  readonly seed: number
  readonly powerOnSeconds: number
  /** From 0 to 1: where within the time in which machines are switched on. Waits until then. */
  readonly until: (share: number) => Promise<void>
  /** Waits so long. */
  readonly sleep: (seconds: number) => Promise<void>
  /** Writes down that a fault began, or something else was done; the time from the first to the last is "during". */
  readonly note: (what: string) => void
  /** A figure for the report, and whether it is as it must be: if not, the scenario has failed. */
  readonly check: (what: string, figure: string, ok: boolean) => void
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** What is done, in a sentence. */
  readonly description: string
  /** Default: what the command line says. */
  readonly conductors?: number
  readonly conductorsInGroupB?: number
  /** Seconds over which the machines are switched on; default: what the command line says. */
  readonly powerOnSeconds?: number
  readonly settings?: Record<string, Record<string, string | number | boolean>>
  /** Whether what the processes take must stay what it is. */
  readonly isSoak?: boolean
  /** Runs while machines boot. The installation is as it was started; whatever is broken may stay so. */
  act(stage: Stage): Promise<void>
}

/** Throws where there is none: a scenario of more members than the installation has. */
export function member(members: readonly Member[], index: number): Member {
  const found = members[index]
  if (found === undefined) throw new Error(`there is no member ${index + 1} of ${members.length}`)
  return found
}
