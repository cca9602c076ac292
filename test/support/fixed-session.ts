import { LiveSession, type SessionSource } from '../../src/conductor/membership/live-session.ts'
import type { ConductorSession } from '../../src/model/conductor.ts'

/** The one session of a conductor that nobody retires; `doubted` counts. */
export function fixedSession(hostname: string, conductorId = 1): SessionSource & { doubted: number } {
  const session: ConductorSession = { conductorId, hostname, token: '0d6e4f6a-0000-4000-8000-000000000001' }
  return {
    live: new LiveSession(session),
    doubted: 0,
    doubt() {
      this.doubted += 1
    },
  }
}
