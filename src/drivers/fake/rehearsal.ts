import { setTimeout as sleep } from 'node:timers/promises'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import { asObject } from '../as-object.ts'
import type { NodeTask } from '../interfaces.ts'
import { drawSeconds, type FakeDelay, parseFakeDelay } from './fake-delay.ts'

/** Types that have a fake interface which does something. */
export const rehearsedTypes = ['boot', 'deploy', 'inspect', 'management', 'power', 'rescue'] as const
export type RehearsedType = (typeof rehearsedTypes)[number]

/** `[fake]<type>_delay`. */
export type FakeDelays = Readonly<Partial<Record<RehearsedType, FakeDelay>>>

export interface RehearsalClock {
  sleep(milliseconds: number, signal?: AbortSignal): Promise<unknown>
  /** From 0 to below 1. */
  random(): number
}

const realClock: RehearsalClock = {
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
  random: Math.random,
}

/** Where the row counts the failures that have been, in `driver_internal_info`. */
const countsKey = 'fake_failures'

/**
 * What fake interfaces do instead of talking to a machine: they take their time, and fail when they are told to. Delays
 * are `[fake]<type>_delay` or the node's `driver_info.fake_<type>_delay`. `driver_info.fake_<type>_fail` says what fails:
 * `true` everything, a number so many calls, names those operations. What was counted is in the row, so that it makes no
 * difference which conductor works on the node.
 */
export class Rehearsal {
  readonly #delays: FakeDelays
  readonly #clock: RehearsalClock

  constructor(delays: FakeDelays = {}, clock: RehearsalClock = realClock) {
    this.#delays = delays
    this.#clock = clock
  }

  /** Throws `HardwareFailed` where the node says so, `ConductorReplaced` where the session is lost meanwhile. */
  async perform(task: NodeTask, type: RehearsedType, operation: string): Promise<void> {
    const { driver_info, uuid } = task.node
    await this.#delay(driver_info, type, task.signal)
    if (task.signal.aborted)
      throw new BootringError('ConductorReplaced', `the session was lost during ${operation} of node ${uuid}`)
    const told = failureOf(driver_info, type)
    if (typeof told === 'number' ? await failsYet(task, type, told) : failsAt(told, operation))
      throw failure(uuid, type, operation)
  }

  /** The same without a task: there is nothing to count in. */
  async performUncounted(uuid: string, driverInfo: JsonObject, type: RehearsedType, operation: string): Promise<void> {
    await this.#delay(driverInfo, type)
    if (failsAt(failureOf(driverInfo, type), operation)) throw failure(uuid, type, operation)
  }

  async #delay(driverInfo: JsonObject, type: RehearsedType, signal?: AbortSignal): Promise<void> {
    const delay = parseFakeDelay(driverInfo[`fake_${type}_delay`]) ?? this.#delays[type]
    const milliseconds = delay ? drawSeconds(delay, this.#clock.random()) * 1000 : 0
    if (milliseconds === 0) return
    await this.#clock.sleep(milliseconds, signal).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error
    })
  }
}

/** Whether the node's work waits for an agent: `driver_info.fake_<type>_wait`. */
export function waitsForAgent({ node }: Pick<NodeTask, 'node'>, type: RehearsedType): boolean {
  return isTrue(node.driver_info[`fake_${type}_wait`])
}

/** Throws `InvalidParameter` for values in `driver_info` that mean nothing. */
export function validateRehearsal({ node }: Pick<NodeTask, 'node'>, type: RehearsedType): void {
  const delay = node.driver_info[`fake_${type}_delay`]
  if (isSet(delay) && parseFakeDelay(delay) === undefined)
    throw invalid(node.uuid, `fake_${type}_delay`, 'seconds, or "min,max"')
  const told = node.driver_info[`fake_${type}_fail`]
  const count = failureOf(node.driver_info, type)
  const means = type !== 'boot' || typeof count !== 'number'
  if (isSet(told) && !(['boolean', 'number', 'string'].includes(typeof told) && means))
    throw invalid(node.uuid, `fake_${type}_fail`, `true${type === 'boot' ? '' : ', a number'}, or names of operations`)
}

/** What the interfaces of a type read of `driver_info`; those that wait may be told to. */
export const rehearsalProperties = (type: RehearsedType, mayWait = false): Readonly<Record<string, string>> => ({
  [`fake_${type}_delay`]: `How long each operation takes: seconds, or "min,max". Default: [fake]${type}_delay.`,
  [`fake_${type}_fail`]:
    'What fails: true for everything, a number for so many calls, or names of operations, with commas between them.',
  ...(mayWait ? { [`fake_${type}_wait`]: 'true: waits until an agent calls.' } : {}),
})

type Failure = number | boolean | readonly string[]

/** A number may come as text: the usual client sends it so. */
function failureOf(driverInfo: JsonObject, type: RehearsedType): Failure {
  const told = driverInfo[`fake_${type}_fail`]
  if (typeof told === 'number') return told
  if (typeof told !== 'string') return told === true
  if (/^\d+$/.test(told)) return Number(told)
  return isTrue(told) || told.split(',').map((name) => name.trim())
}

const failsAt = (told: Failure, operation: string): boolean =>
  typeof told === 'object' ? told.includes(operation) : told === true

/** Counts in the row. Another number in `driver_info` begins anew. */
async function failsYet(task: NodeTask, type: RehearsedType, count: number): Promise<boolean> {
  const internal = task.node.driver_internal_info
  const counts = asObject(internal[countsKey])
  const { of, failed } = asObject(counts[type])
  const before = of === count && typeof failed === 'number' ? failed : 0
  if (before >= count) return false
  const next = { ...counts, [type]: { of: count, failed: before + 1 } }
  await task.update({ driver_internal_info: { ...internal, [countsKey]: next } })
  return true
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null

const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true')

const failure = (uuid: string, type: RehearsedType, operation: string) =>
  new BootringError('HardwareFailed', `${operation} of node ${uuid} fails, as driver_info.fake_${type}_fail says`)

const invalid = (uuid: string, field: string, expected: string) =>
  new BootringError('InvalidParameter', `driver_info.${field} of node ${uuid}: expected ${expected}`)
