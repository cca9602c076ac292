import { BootringError } from '../../model/errors.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'

/** Whether a work has ended with the session, or the database: nothing is to be concluded about the machine. */
export function isLost(task: Pick<ConductorTask, 'signal'>, error: unknown): boolean {
  if (task.signal.aborted) return true
  return (
    error instanceof BootringError &&
    (error.code === 'ConductorReplaced' || error.code === 'DatabaseUnavailable' || error.code === 'NodeLocked')
  )
}
