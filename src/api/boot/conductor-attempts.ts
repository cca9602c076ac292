import type { ErrorCode } from '../../model/errors.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import { BootConfigSearch } from './boot-config-search.ts'
import { ConductorHealth } from './conductor-health.ts'
import { Deadlines } from './deadlines.ts'
import { RecentLatencies } from './recent-latencies.ts'
import { TrafficShare } from './traffic-share.ts'

/** One conductor, asked once. */
export interface ConductorAttempt {
  readonly conductor: string
  readonly milliseconds: number
  /** Asked because the one before it took longer than nearly all do, and was still being waited for. */
  readonly hedge?: boolean
  /** Another one answered first; that this one would not have answered is not said. */
  readonly overtaken?: boolean
  /** Absent: it answered with the script, or was overtaken. */
  readonly error?: { readonly code: ErrorCode | 'Internal'; readonly message: string; readonly timedOut: boolean }
}

/** A node's owner that had failed others before, or had been late for them. */
export interface PassedBy {
  readonly conductor: string
  readonly why: 'failed' | 'late'
}

/** Where the attempts are written down as they are made, and what they are known by. */
export interface AttemptLog {
  readonly requestId: string
  attempts: readonly ConductorAttempt[]
  /** Set where the owner was not asked first. */
  passedBy?: PassedBy
}

export interface AttemptOptions {
  conductors: ConductorClient
  attemptTimeoutSeconds: number
  totalTimeoutSeconds: number
  /** Share of the requests for which a second conductor may be asked while the first is still being waited for; 0: none. */
  hedgeShare: number
  /** Share of the requests for which another conductor may be asked after one that has had its work with them. */
  retryShare: number
  /** The clock, in milliseconds, by which conductors that failed are tried last. Default: the monotonic one. */
  now?: (() => number) | undefined
}

/** What all searches of a process share. */
export interface SearchParts {
  readonly conductors: ConductorClient
  readonly deadlines: Deadlines
  readonly health: ConductorHealth
  readonly latencies: RecentLatencies
  /** undefined: no second conductor is asked beside the first. */
  readonly hedges: TrafficShare | undefined
  readonly retries: TrafficShare
  readonly attemptTimeoutMilliseconds: number
  readonly totalTimeoutMilliseconds: number
}

/** After a quiet time so many may be made at once. */
const hedgeBurst = 20
const retryBurst = 100

/** Asks a node's conductors for a boot file until one has it: in ring order, but those that failed lately last. */
export class ConductorAttempts {
  readonly #parts: SearchParts

  constructor(options: AttemptOptions) {
    this.#parts = {
      conductors: options.conductors,
      deadlines: new Deadlines(),
      health: new ConductorHealth(options.now),
      latencies: new RecentLatencies(),
      hedges: options.hedgeShare > 0 ? new TrafficShare(options.hedgeShare, hedgeBurst) : undefined,
      retries: new TrafficShare(options.retryShare, retryBurst),
      attemptTimeoutMilliseconds: options.attemptTimeoutSeconds * 1000,
      totalTimeoutMilliseconds: options.totalTimeoutSeconds * 1000,
    }
  }

  /** How many conductors failed so lately that they are asked last. */
  get suspendedConductors(): number {
    return this.#parts.health.suspended
  }

  /**
   * The script, and who gave it. A conductor that can't be reached, takes longer than an attempt may, lacks the file or
   * hands out anything that doesn't begin as the file must is passed over, while the total time lasts.
   * Throws the most telling failure: `ConductorsDegraded` where one can't do its work at present, else the first that a
   * conductor answered, else that none could be reached.
   */
  bootConfig(
    order: readonly string[],
    nodeUuid: string,
    fileName: string,
    isUsable: (script: string) => boolean,
    log: AttemptLog,
  ): Promise<{ script: string; conductor: string }> {
    this.#parts.hedges?.earn()
    this.#parts.retries.earn()
    return new BootConfigSearch(this.#parts, { order, nodeUuid, fileName, isUsable, log }).run()
  }
}
