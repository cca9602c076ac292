import { setTimeout as pause } from 'node:timers/promises'
import { BootringError } from '../../model/errors.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import { describeMembers } from './index-keeper.ts'
import { PeerFollower, type PeerFollowerParts } from './peer-follower.ts'

export interface ReplicatorParts extends Omit<PeerFollowerParts, 'membersSince'> {
  rings: PeerFollowerParts['rings'] & Pick<FleetRings, 'conductors'>
  isOwn(hostname: string): Promise<boolean>
}

export interface ReplicatorPace {
  /** How often the fleet's members are looked at. */
  membersSeconds: number
  /** Between two failures in a row, at first and at most. */
  firstPauseSeconds: number
  longestPauseSeconds: number
}

export const usualReplicatorPace: ReplicatorPace = { membersSeconds: 5, firstPauseSeconds: 1, longestPauseSeconds: 30 }

/** One that is about to stop answers at once, as may one that is not what it ought to be: it is not asked without a pause. */
const pauseBetweenAnswers = 50

interface Following {
  abort: AbortController
  done: Promise<void>
}

/**
 * Follows all other conductors. Those that were killed count as well, as Ironic leaves them `online`: bootring's conductor
 * on their host may be alive, and when it is not, asking it every half a minute costs nothing.
 */
export class Replicator {
  readonly #parts: ReplicatorParts
  readonly #pace: ReplicatorPace
  readonly #following = new Map<string, Following>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #stopped = false
  #members = ''
  #membersSince = 0

  constructor(parts: ReplicatorParts, pace: ReplicatorPace = usualReplicatorPace) {
    this.#parts = parts
    this.#pace = pace
  }

  start(): void {
    this.#looking = this.#lookAtMembers().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), this.#pace.membersSeconds * 1000).unref()
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
    const all = [...this.#following.values()]
    for (const { abort } of all) abort.abort(new Error('the conductor is stopping'))
    await Promise.all(all.map(({ done }) => done))
  }

  async #lookAtMembers(): Promise<void> {
    const { isOwn, log, rings } = this.#parts
    try {
      await this.#sinceWhen()
      const conductors = await rings.conductors()
      const wanted = new Set<string>()
      for (const { hostname, online } of conductors) if (online && !(await isOwn(hostname))) wanted.add(hostname)
      if (this.#stopped) return
      for (const hostname of wanted) if (!this.#following.has(hostname)) this.#follow(hostname)
      for (const [hostname, { abort }] of this.#following) {
        if (wanted.has(hostname)) continue
        this.#following.delete(hostname)
        abort.abort(new Error('the conductor is no longer online'))
      }
    } catch (error) {
      // The rings' own users say that the database is away.
      log.debug({ err: error }, 'the members of the fleet are not known')
    }
  }

  async #sinceWhen(): Promise<number> {
    const members = describeMembers(await this.#parts.rings.conductors())
    if (members !== this.#members) this.#membersSince = Date.now()
    this.#members = members
    return this.#membersSince
  }

  #follow(hostname: string): void {
    const abort = new AbortController()
    this.#following.set(hostname, { abort, done: this.#followUntil(hostname, abort.signal) })
  }

  async #followUntil(hostname: string, signal: AbortSignal): Promise<void> {
    const { log } = this.#parts
    const follower = new PeerFollower(hostname, { ...this.#parts, membersSince: () => this.#sinceWhen() })
    let failures = 0
    while (!signal.aborted) {
      try {
        await follower.follow(signal)
        if (failures > 0) log.info({ conductor: hostname }, 'boot files are copied from it again')
        failures = 0
        await sleep(pauseBetweenAnswers, signal)
      } catch (error) {
        if (signal.aborted) return
        failures += 1
        const fields = { conductor: hostname, reason: (error as Error).message }
        if (failures === 1) log.warn(fields, 'boot files can not be copied from it: the copies made so far stay')
        await sleep(this.#pauseMilliseconds(failures, error), signal)
      }
    }
  }

  /** Longer after each failure; between half and all of it, so that not all come at once. */
  #pauseMilliseconds(failures: number, error: unknown): number {
    const { firstPauseSeconds, longestPauseSeconds } = this.#pace
    const hopeless = error instanceof BootringError && error.code === 'UnsupportedCall'
    const seconds = hopeless ? longestPauseSeconds : firstPauseSeconds * 2 ** Math.min(failures - 1, 16)
    return Math.min(seconds, longestPauseSeconds) * 1000 * (0.5 + Math.random() / 2)
  }
}

/** Ends early, without an error, when the signal says so. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal, ref: false }).catch(() => undefined)
}
