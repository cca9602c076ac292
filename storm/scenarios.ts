import type { Scenario } from './scenario.ts'
import { apiCutOff } from './scenarios/api-cut-off.ts'
import { apiKilled } from './scenarios/api-killed.ts'
import { conductorPaused } from './scenarios/conductor-paused.ts'
import { databaseGone } from './scenarios/database-gone.ts'
import { databaseRestart } from './scenarios/database-restart.ts'
import { diskFull } from './scenarios/disk-full.ts'
import { everything } from './scenarios/everything.ts'
import { halfOfTheConductors } from './scenarios/half-of-the-conductors.ts'
import { killedAndCutOff } from './scenarios/killed-and-cut-off.ts'
import { membership } from './scenarios/membership.ts'
import { networkCut } from './scenarios/network-cut.ts'
import { powerOnAtOnce } from './scenarios/power-on-at-once.ts'
import { rollingRestart } from './scenarios/rolling-restart.ts'
import { soak } from './scenarios/soak.ts'

export const scenarios: readonly Scenario[] = [
  killedAndCutOff,
  conductorPaused,
  networkCut,
  halfOfTheConductors,
  apiKilled,
  apiCutOff,
  databaseRestart,
  databaseGone,
  diskFull,
  rollingRestart,
  powerOnAtOnce,
  membership,
  everything,
  soak,
]

/** Those that a storm without further words leaves out. */
export const byNameOnly: ReadonlySet<string> = new Set([everything.name, soak.name])
