import type { BootVerdict } from './boot-verdict.ts'
import type { Flatness } from './flatness.ts'
import type { RealBoot } from './real-machines.ts'
import type { Sample } from './sample.ts'

/** Something that was done. */
export interface Note {
  atMs: number
  what: string
}

/** A figure besides the boots that a scenario stands or falls by. */
export interface Check {
  what: string
  figure: string
  ok: boolean
}

export const phaseNames = ['before', 'during', 'after'] as const
export type PhaseName = (typeof phaseNames)[number]

/** Boots of one phase. Times in milliseconds; NaN where there were none. */
export interface PhaseFigures {
  begun: number
  done: number
  /** That had to ask again: a request failed, or a server told them to wait. */
  retried: number
  lost: number
  /** From power-on to the script, without the machine's own pauses. */
  script: Quantiles
  /** With them. */
  scriptWithPauses: Quantiles
  /** From power-on to the kernel's start, with all pauses. */
  boot: Quantiles
}

export interface Quantiles {
  p50: number
  p99: number
  max: number
}

export interface ScenarioFigures {
  all: PhaseFigures
  phases: Record<PhaseName, PhaseFigures>
  /** Boots by the conductor whose files they took. */
  byConductor: Record<string, number>
  /** Reasons of lost boots, with how many. */
  reasons: Record<string, number>
}

export interface ScenarioResult {
  name: string
  title: string
  description: string
  conductors: number
  database: string
  powerOnSeconds: number
  notes: Note[]
  checks: Check[]
  figures: ScenarioFigures
  realBoots: RealBoot[]
  /** Of a soak. */
  flatness: Flatness[]
  samples: Sample[]
  /** Not kept in the JSON of the results: plots are made of them. */
  boots: BootVerdict[]
}

/** Whether all boots came to be, real ones included, and all figures are as they must be. */
export function hasPassed({ checks, figures, flatness, realBoots }: ScenarioResult): boolean {
  return (
    figures.all.lost === 0 &&
    figures.all.done === figures.all.begun &&
    realBoots.every(({ seconds }) => seconds !== undefined) &&
    checks.every(({ ok }) => ok) &&
    flatness.every(({ flat }) => flat)
  )
}
