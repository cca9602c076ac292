import { setTimeout as sleep } from 'node:timers/promises'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeTask, NodeView } from '../interfaces.ts'
import { drawSeconds, type FakeDelay, parseFakeDelay } from './fake-delay.ts'

/** Types that have a fake interface which does something. */
export const rehearsedTypes = ['deploy', 'inspect', 'management', 'power', 'rescue'] as const
export type RehearsedType = (typeof rehearsedTypes)[number]

/** `[fake]<type>_delay`. */
export type FakeDelays = Readonly<Partial<Record<RehearsedType, FakeDelay>>>

export interface Clock {
  sleep(milliseconds: number, signal: AbortSignal): Promise<unknown>
  random(): number
}

const realClock: Clock = {
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  random: Math.random,
}

/** Where the row counts failures that are still to come, in `driver_internal_info`. */
const countsKey = 'fake_failures'

/**
 * What fake interfaces do instead of talking to a machine: they take their time, and fail when they are told to. Delays
 * are `[fake]<type>_delay` or the node's `driver_info.fake_<type>_delay`. `driver_info.fake_<type>_fail` says what fails:
 * `true` all, a number that many calls, a name that operation only (or several, with commas). What was counted is in the
 * row, so that it makes no difference which conductor works on the node.
 */
export class Rehearsal {
  readonly #delays: FakeDelays
  readonly #clock: Clock

  constructor(delays: FakeDelays = {}, clock: Clock = realClock) {
    this.#delays = delays
    this.#clock = clock
  }

  /** Throws `HardwareFailed` where the node says so, `ConductorReplaced` where the session is lost meanwhile. */
  async perform(task: NodeTask, type: RehearsedType, operation: string): Promise<void> {
    const own = parseFakeDelay(task.node.driver_info[`fake_${type}_delay`])
    const delay = own ?? this.#delays[type]
    const milliseconds = delay ? drawSeconds(delay, this.#clock.random()) * 1000 : 0
    if (milliseconds > 0) await this.#clock.sleep(milliseconds, task.signal).catch(() => undefined)
    if (task.signal.aborted)
      throw new BootringError('ConductorReplaced', `the session was lost during ${operation} of node ${task.node.uuid}`)
    if (await fails(task, type, operation))
      throw new BootringError(
        'HardwareFailed',
        `${operation} of node ${task.node.uuid} fails, as driver_info.fake_${type}_fail says`,
      )
  }

  /** Whether the node's work waits for an agent: `driver_info.fake_<type>_wait`. */
  waits(task: NodeTask, type: RehearsedType): boolean {
    return isTrue(task.node.driver_info[`fake_${type}_wait`])
  }

  /** Throws `InvalidParameter` for values that mean nothing. */
  validate({ node }: Pick<NodeView, 'node'>, type: RehearsedType): void {
    const delay = node.driver_info[`fake_${type}_delay`]
    if (delay !== undefined && parseFakeDelay(delay) === undefined)
      throw invalid(node.uuid, `fake_${type}_delay`, 'seconds, or "min,max"')
    const failure = node.driver_info[`fake_${type}_fail`]
    if (failure !== undefined && !['boolean', 'number', 'string'].includes(typeof failure))
      throw invalid(node.uuid, `fake_${type}_fail`, 'true, a number, or names of operations')
  }
}

/** What the interfaces of a type read of `driver_info`. */
export const rehearsalProperties = (type: RehearsedType): Record<string, string> => ({
  [`fake_${type}_delay`]: `How long each operation takes: seconds, or "min,max"; [fake]${type}_delay where unset.`,
  [`fake_${type}_fail`]: 'What fails: true (all), a number (so many operations), or names of operations.',
  ...(['deploy', 'inspect', 'rescue'].includes(type)
    ? { [`fake_${type}_wait`]: 'true: waits for a heartbeat of an agent.' }
    : {}),
})

async function fails(task: NodeTask, type: RehearsedType, operation: string): Promise<boolean> {
  const told = task.node.driver_info[`fake_${type}_fail`]
  const count = typeof told === 'string' && /^\d+$/.test(told) ? Number(told) : told
  if (typeof count === 'number') return await failsYet(task, type, count)
  if (typeof told !== 'string') return told === true
  return isTrue(told) || told.split(',').some((name) => name.trim() === operation)
}

/** Counts in the row. Another number in `driver_info` begins anew. */
async function failsYet(task: NodeTask, type: RehearsedType, count: number): Promise<boolean> {
  const internal = task.node.driver_internal_info
  const counts = asObject(internal[countsKey])
  const { of, done } = asObject(counts[type])
  const failed = of === count && typeof done === 'number' ? done : 0
  if (failed >= count) return false
  const next = { ...counts, [type]: { of: count, done: failed + 1 } }
  await task.update({ driver_internal_info: { ...internal, [countsKey]: next } })
  return true
}

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true')

const asObject = (value: unknown): JsonObject => (typeof value === 'object' && value !== null ? { ...value } : {})

const invalid = (uuid: string, field: string, expected: string) =>
  new BootringError('InvalidParameter', `driver_info.${field} of node ${uuid}: expected ${expected}`)
