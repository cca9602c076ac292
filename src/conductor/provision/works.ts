import type { ProvisionState } from '../../model/provision-states.ts'
import type { WorkingState } from '../../model/transitions.ts'
import { adopting } from './adopting.ts'
import { cleaning } from './cleaning.ts'
import { deleting } from './deleting.ts'
import { deploying } from './deploying.ts'
import { inspecting } from './inspecting.ts'
import { rescuing, unrescuing } from './rescuing.ts'
import { servicing } from './servicing.ts'
import { verifying } from './verifying.ts'
import type { Work } from './work.ts'

export type Works = Readonly<Record<WorkingState, Work>>

/** The work of each working state. */
export function buildWorks({ automatedClean }: { automatedClean: boolean }): Works {
  return {
    verifying,
    deploying,
    deleting,
    cleaning: cleaning(automatedClean),
    inspecting,
    adopting,
    rescuing,
    unrescuing,
    servicing,
  }
}

/** Whose work a node waits in, or has failed in. */
const belongsTo: Partial<Record<ProvisionState, WorkingState>> = {
  'wait call-back': 'deploying',
  'deploy failed': 'deploying',
  'clean wait': 'cleaning',
  'clean failed': 'cleaning',
  'inspect wait': 'inspecting',
  'inspect failed': 'inspecting',
  'rescue wait': 'rescuing',
  'rescue failed': 'rescuing',
  'service wait': 'servicing',
  'service failed': 'servicing',
}

/** The work that a wait state, or the failure of one, is a part of. */
export function workAround(state: string | null): WorkingState | undefined {
  return belongsTo[state as ProvisionState]
}
