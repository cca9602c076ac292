import type { ConductorTask } from '../tasks/conductor-task.ts'
import { failureText } from '../tasks/failure-text.ts'
import { type ToDo, toDoOf, withoutToDo } from './to-do.ts'

/** What is set in a machine's firmware. */
interface Setting<T> {
  readonly name: string
  readonly key: keyof ToDo & ('boot_mode' | 'secure_boot')
  get(task: ConductorTask): Promise<T | null>
  set(task: ConductorTask, value: T): Promise<void>
}

const bootMode: Setting<'uefi' | 'bios'> = {
  name: 'boot mode',
  key: 'boot_mode',
  get: (task) => task.hardware.management.getBootMode(task),
  set: (task, mode) => task.hardware.management.setBootMode(task, mode),
}

const secureBoot: Setting<boolean> = {
  name: 'secure boot',
  key: 'secure_boot',
  get: (task) => task.hardware.management.getSecureBoot(task),
  set: (task, on) => task.hardware.management.setSecureBoot(task, on),
}

/** Sets the boot mode as the node's row says, and writes what came of it. Bears repetition, and throws, as `finishPowerChange`. */
export async function finishBootModeChange(task: ConductorTask): Promise<void> {
  const { boot_mode } = toDoOf(task.node)
  if (boot_mode !== undefined) await finish(task, bootMode, boot_mode)
}

/** The same for secure boot. */
export async function finishSecureBootChange(task: ConductorTask): Promise<void> {
  const { secure_boot } = toDoOf(task.node)
  if (secure_boot !== undefined) await finish(task, secureBoot, secure_boot)
}

async function finish<T extends string | boolean>(task: ConductorTask, setting: Setting<T>, target: T): Promise<void> {
  const { key, name } = setting
  try {
    // What can't be read may be set all the same.
    const present = await setting.get(task).catch(() => null)
    if (present !== target) await setting.set(task, target)
  } catch (error) {
    if (task.signal.aborted) throw error
    const event = `Failed to change the ${name} to ${JSON.stringify(target)}: ${failureText(error)}`
    await task.save({
      changes: { last_error: event, driver_internal_info: withoutToDo(task.node, key) },
      history: [{ event, event_type: 'management', severity: 'ERROR', user: null }],
    })
    task.log.error({ err: error, target }, `could not change the ${name}`)
    return
  }
  await task.save({
    changes: { [key]: target, driver_internal_info: withoutToDo(task.node, key) },
    history: [
      {
        event: `Changed the ${name} to ${JSON.stringify(target)}`,
        event_type: 'management',
        severity: 'INFO',
        user: null,
      },
    ],
  })
  task.log.info({ target }, `the node has changed its ${name}`)
}
