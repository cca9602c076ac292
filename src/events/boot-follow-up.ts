import { setTimeout as sleep } from 'node:timers/promises'
import type { BootEvent, BootEventStore } from '../model/boot-events.ts'
import { packEvents } from '../model/packed-events.ts'
import type { NodeProgress, NodeProgressReader } from '../model/stores.ts'
import { isFailure } from '../model/transitions.ts'
import { LogBudget } from '../observe/log-budget.ts'
import type { Logger } from '../observe/logger.ts'
import { inOrder } from './timeline/event-order.ts'
import { EventTail } from './timeline/event-tail.ts'
import { agentPauseMilliseconds } from './timeline/patience.ts'

export interface FollowUpParts {
  /** Ironic's database. */
  nodes: NodeProgressReader
  store: Pick<BootEventStore, 'append' | 'events'>
  /** Host name, for the events. */
  server: string
  intervalSeconds: number
  log: Logger
}

interface Followed {
  /** When its machine got its script last. Later than an hour after it, nothing belongs to that boot. */
  scriptAt: number
  /** Calls of its agent after that are news. */
  heardAt: number
  state: string
}

const kinds = ['script', 'heartbeat', 'state'] as const
/** What the store has from before; more than these are not followed across a restart. */
const knownEvents = 3000
const mostFollowed = 10_000
/** Each brings all that Ironic knows of an agent, some 10 KiB. Those that were not looked at for longest come first. */
const nodesALook = 200

/**
 * Beside an Ironic agents call that one, and its conductors change states. To see whether a machine that has got its script
 * ever calls, its node is looked at in Ironic's database for an hour, or until it is done with, and what has changed is
 * kept as an event. What was seen so far the store says: whoever starts anew, or shares it, goes on from there.
 */
export class BootFollowUp {
  readonly #parts: FollowUpParts
  readonly #stop = new AbortController()
  readonly #tooManyLines = new LogBudget(1 / 600, 1)
  /** By UUID, in the order in which they are to be looked at. */
  readonly #followed = new Map<string, Followed>()
  #tail: EventTail | undefined
  #notFollowed = 0

  constructor(parts: FollowUpParts) {
    this.#parts = parts
  }

  /** Looks again and again until it is stopped. */
  async run(): Promise<void> {
    let isFailing = false
    while (await this.#pause()) {
      try {
        await this.look(Date.now())
        isFailing = false
      } catch (error) {
        if (!isFailing && !this.#stop.signal.aborted)
          this.#parts.log.warn({ err: error }, "it can't be seen whether agents call Ironic; trying again")
        isFailing = true
      }
    }
  }

  /** Does not wait for a database that is at it: that one may be dead. */
  stop(): void {
    this.#stop.abort()
  }

  /** One look at the nodes that are followed: no question to Ironic's database where there are none. Throws `DatabaseUnavailable`. */
  async look(now: number): Promise<void> {
    const { nodes, server, store } = this.#parts
    this.#take(await this.#whatIsNew(now), now)
    for (const [uuid, { scriptAt }] of this.#followed) if (isOver(scriptAt, now)) this.#followed.delete(uuid)
    const looked = [...this.#followed].slice(0, nodesALook)
    if (looked.length === 0) return
    const rows = new Map((await nodes.progress(looked.map(([uuid]) => uuid))).map((row) => [row.uuid, row]))
    const news: BootEvent[] = []
    for (const [uuid, known] of looked) {
      const row = rows.get(uuid)
      this.#followed.delete(uuid)
      if (row === undefined) continue
      // It comes last now.
      this.#followed.set(uuid, known)
      news.push(...newsOf(row, known, server))
    }
    if (news.length === 0) return
    // Where that fails, the next look finds the same news again.
    await store.append(packEvents(news))
    this.#take(news, now)
  }

  async #whatIsNew(now: number): Promise<readonly BootEvent[]> {
    const { store } = this.#parts
    if (this.#tail !== undefined) return await this.#tail.read(now)
    const known = inOrder(await store.events({ kinds }, knownEvents))
    this.#tail = new EventTail(store, known, now, kinds)
    return known
  }

  #take(events: readonly BootEvent[], now: number): void {
    for (const { at, kind, node_uuid: uuid, outcome, provision_state } of events) {
      if (uuid === null || outcome !== 'served' || isOver(at, now)) continue
      const known = this.#followed.get(uuid)
      const state = provision_state ?? 'available'
      if (kind === 'script') this.#follow(uuid, { scriptAt: at, heardAt: at, state })
      else if (known === undefined || at < known.scriptAt) continue
      else if (kind === 'heartbeat') known.heardAt = Math.max(known.heardAt, at)
      else if (isAtRest(state)) this.#followed.delete(uuid)
      else known.state = state
    }
    if (this.#notFollowed === 0 || this.#tooManyLines.take() === undefined) return
    this.#parts.log.warn(
      { notFollowed: this.#notFollowed },
      `it will not be seen whether these agents call: more than ${mostFollowed} machines boot`,
    )
    this.#notFollowed = 0
  }

  #follow(uuid: string, { heardAt, scriptAt, state }: Followed): void {
    const known = this.#followed.get(uuid)
    if (known !== undefined) {
      known.scriptAt = Math.max(known.scriptAt, scriptAt)
      known.heardAt = Math.max(known.heardAt, heardAt)
    } else if (this.#followed.size < mostFollowed) this.#followed.set(uuid, { scriptAt, heardAt, state })
    else this.#notFollowed += 1
  }

  /** False when it is to end. */
  async #pause(): Promise<boolean> {
    const { intervalSeconds } = this.#parts
    try {
      await sleep(intervalSeconds * 1000, undefined, { signal: this.#stop.signal, ref: false })
      return true
    } catch {
      return false
    }
  }
}

function isOver(scriptAt: number, now: number): boolean {
  return scriptAt < now - agentPauseMilliseconds
}

/** Whether a node that has come into this state is done with. */
function isAtRest(state: string): boolean {
  return isFailure(state) || /^(?:enroll|manageable|available|active|rescue)$/.test(state)
}

/** What has happened since it was looked at last. */
function newsOf(row: NodeProgress, known: Followed, server: string): BootEvent[] {
  const news: BootEvent[] = []
  const heartbeatAt = row.agentHeartbeatAt ?? 0
  const state = row.provisionState ?? 'available'
  // Several hosts may see it, some earlier than others, and all must say the same for it to be one event. The agent's address is
  // not in it, as Ironic forgets that as soon as the machine is switched off.
  if (heartbeatAt > known.heardAt) news.push({ ...eventOf(row, server), at: heartbeatAt, kind: 'heartbeat' })
  if (state !== known.state) {
    news.push({
      ...eventOf(row, server),
      // Some columns hold whole seconds: not before the call that has led to it.
      at: Math.max(row.provisionUpdatedAt ?? 0, known.heardAt, heartbeatAt),
      kind: 'state',
      name: `${known.state} to ${state}`,
      reason: isFailure(state) ? row.lastError : null,
    })
  }
  return news
}

function eventOf({ name, provisionState, uuid }: NodeProgress, server: string): BootEvent {
  return {
    at: 0,
    kind: 'state',
    mac: null,
    node_uuid: uuid,
    node_name: name,
    client: null,
    server,
    request_id: null,
    outcome: 'served',
    code: null,
    reason: null,
    name: null,
    provision_state: provisionState ?? 'available',
    owner: null,
    conductor: null,
    milliseconds: 0,
    steps: [],
    bytes: null,
    sha256: null,
    user_agent: null,
  }
}
