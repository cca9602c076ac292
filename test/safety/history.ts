/*
 * What happened to a fleet, in the order in which the database carried it out, and the rules that it must have kept.
 */

/** One thing that the database did, at a time in milliseconds. */
export type Event = { at: number } & (
  | { kind: 'session begins'; hostname: string; token: string }
  /** Retired, or left. */
  | { kind: 'session ends'; hostname: string }
  /** A task's writes, where they had an effect. */
  | { kind: 'reserved' | 'released'; node: string; hostname: string; token: string; task: number }
  | { kind: 'state'; node: string; state: string }
)

/** A boot request that was answered with a script. */
export interface ServedScript {
  node: string
  beganAt: number
  endedAt: number
}

export interface History {
  events: Event[]
  scripts: ServedScript[]
}

/** What is wrong with a history, in words; empty where nothing is. */
export function violations(history: History, mayBoot: (state: string) => boolean): string[] {
  return [...taskViolations(history.events), ...scriptViolations(history, mayBoot)]
}

/**
 * The database does one thing after the other, so that a history is right when it is one of an atomic lock: walking
 * through it, no node is reserved while a task holds it, and nothing is written but by the task that holds it, under the
 * session that bears its host's name.
 */
function taskViolations(events: readonly Event[]): string[] {
  const found: string[] = []
  const sessions = new Map<string, string>()
  const holders = new Map<string, { task: number; hostname: string }>()
  const endTasksOf = (hostname: string) => {
    for (const [node, holder] of holders) if (holder.hostname === hostname) holders.delete(node)
  }
  for (const event of events) {
    if (event.kind === 'session begins') {
      endTasksOf(event.hostname)
      sessions.set(event.hostname, event.token)
    } else if (event.kind === 'session ends') {
      endTasksOf(event.hostname)
      sessions.delete(event.hostname)
    } else if (event.kind !== 'state') {
      const { at, hostname, kind, node, task, token } = event
      const what = `at ${at} ms task ${task} of ${hostname} has ${kind} node ${node}`
      const holder = holders.get(node)
      if (sessions.get(hostname) !== token) found.push(`${what} under a session that was over`)
      if (kind === 'reserved') {
        if (holder) found.push(`${what} while task ${holder.task} of ${holder.hostname} held it`)
        holders.set(node, { task, hostname })
      } else {
        if (holder?.task !== task) found.push(`${what}, which ${holder ? `task ${holder.task}` : 'nobody'} held`)
        holders.delete(node)
      }
    }
  }
  return found
}

/** No script for a node that was in none of the allowed states from the beginning of the request to its end. */
function scriptViolations({ events, scripts }: History, mayBoot: (state: string) => boolean): string[] {
  const changes = new Map<string, { at: number; allowed: boolean }[]>()
  for (const event of events) {
    if (event.kind !== 'state') continue
    const all = changes.get(event.node) ?? []
    all.push({ at: event.at, allowed: mayBoot(event.state) })
    changes.set(event.node, all)
  }
  return scripts.flatMap(({ beganAt, endedAt, node }) => {
    const all = changes.get(node) ?? []
    const before = all.findLast(({ at }) => at <= beganAt)
    if (before?.allowed || all.some(({ allowed, at }) => allowed && at > beganAt && at <= endedAt)) return []
    return [`a script was served from ${beganAt} to ${endedAt} ms for node ${node}, which might not boot`]
  })
}
