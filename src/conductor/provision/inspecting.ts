import { forgetAgent } from './agent-notes.ts'
import type { Work } from './work.ts'

/** Finds out what the machine is made of, by itself or by an agent that calls `continue_inspection`. */
export const inspecting: Work = {
  historyType: 'introspection',
  failure: 'Failed to inspect',
  async perform(task) {
    await forgetAgent(task)
    const progress = await task.hardware.inspect.inspect(task)
    return progress === 'wait' ? { event: 'wait' } : inspected()
  },
  async cleanUp(task) {
    await task.hardware.inspect.abort(task)
  },
  onFailure: () => ({ changes: { inspection_started_at: null } }),
}

export const inspected = () =>
  ({
    event: 'done',
    write: { changes: { inspection_started_at: null, inspection_finished_at: new Date(), last_error: null } },
  }) as const
