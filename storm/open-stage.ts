import { setTimeout as sleep } from 'node:timers/promises'
import type { Check, Note } from './result.ts'
import type { Stage } from './scenario.ts'

/** A stage whose time begins now, and what is written down on it. */
export function openStage(
  parts: Pick<Stage, 'site' | 'real' | 'seed' | 'powerOnSeconds'>,
  say: (words: string) => void,
): { stage: Stage; notes: Note[]; checks: Check[] } {
  const startedAt = performance.now()
  const atMs = () => Math.round(performance.now() - startedAt)
  const notes: Note[] = []
  const checks: Check[] = []
  const stage: Stage = {
    ...parts,
    until: async (share) => {
      const wait = share * parts.powerOnSeconds * 1000 - atMs()
      if (wait > 0) await sleep(wait)
    },
    sleep: (seconds) => sleep(seconds * 1000),
    note: (what) => {
      notes.push({ atMs: atMs(), what })
      say(what)
    },
    check: (what, figure, ok) => {
      checks.push({ what, figure, ok })
      say(`${what}: ${figure}${ok ? '' : ', NOT as it must be'}`)
    },
  }
  return { stage, notes, checks }
}
