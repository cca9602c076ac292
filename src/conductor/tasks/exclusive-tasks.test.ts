import { describe, expect, it } from 'vitest'
import { fixedSession } from '../../../test/support/fixed-session.ts'
import { BootringError } from '../../model/errors.ts'
import type { TaskOutcome } from '../../model/stores.ts'
import { ExclusiveTasks } from './exclusive-tasks.ts'

/** Writes down what it is asked; the calls named in `failing` throw. */
function recordingReservations(failing: Record<string, Error> = {}) {
  const calls: unknown[] = []
  const call = async (name: 'reserve' | 'release', ...details: unknown[]) => {
    calls.push([name, ...details])
    const error = failing[name]
    if (error) throw error
  }
  return {
    calls,
    reserve: (uuid: string) => call('reserve', uuid),
    release: (uuid: string, _session: unknown, outcome?: TaskOutcome) => call('release', uuid, outcome),
  }
}

describe('ExclusiveTasks', () => {
  it('works under the reservation, and writes the outcome as it ends it', async () => {
    const reservations = recordingReservations()
    const sessions = fixedSession('c1')
    await new ExclusiveTasks(reservations, sessions).run('n', async (signal) => {
      expect(signal.aborted).toBe(false)
      reservations.calls.push('work')
      return { conductorAffinity: 7 }
    })
    expect(reservations.calls).toEqual([['reserve', 'n'], 'work', ['release', 'n', { conductorAffinity: 7 }]])
    expect(sessions.doubted).toBe(0)
  })

  it('ends it without an outcome where the work fails', async () => {
    const reservations = recordingReservations()
    const failing = new ExclusiveTasks(reservations, fixedSession('c1')).run('n', async () => {
      throw new Error('no such kernel')
    })
    await expect(failing).rejects.toThrow('no such kernel')
    expect(reservations.calls).toEqual([
      ['reserve', 'n'],
      ['release', 'n', undefined],
    ])
  })

  it('does not work on a node that somebody holds, and takes that for no failure', async () => {
    const reservations = recordingReservations({ reserve: new BootringError('NodeLocked', 'by c2') })
    const sessions = fixedSession('c1')
    const locked = new ExclusiveTasks(reservations, sessions).run('n', () => expect.unreachable())
    await expect(locked).rejects.toMatchObject({ code: 'NodeLocked' })
    expect(reservations.calls).toEqual([['reserve', 'n']])
    expect(sessions.doubted).toBe(0)
  })

  it.each(['reserve', 'release'])('relies on the session no more when it is not known what %s did', async (name) => {
    const sessions = fixedSession('c1')
    const tasks = new ExclusiveTasks(
      recordingReservations({ [name]: new BootringError('DatabaseUnavailable', 'no answer within 30 s') }),
      sessions,
    )
    await expect(tasks.run('n', async () => ({}))).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
    expect(sessions.doubted).toBe(1)
  })

  it("reports the work's own failure also where the reservation can't be ended", async () => {
    const sessions = fixedSession('c1')
    const lost = new BootringError('ConductorReplaced', 'session lost')
    const failing = new ExclusiveTasks(recordingReservations({ release: lost }), sessions).run('n', async () => {
      throw new Error('no such kernel')
    })
    await expect(failing).rejects.toThrow('no such kernel')
    expect(sessions.doubted).toBe(1)
  })

  it('does nothing without a session', async () => {
    const reservations = recordingReservations()
    const sessions = { ...fixedSession('c1'), live: undefined }
    await expect(new ExclusiveTasks(reservations, sessions).run('n', async () => ({}))).rejects.toMatchObject({
      code: 'ConductorReplaced',
    })
    expect(reservations.calls).toEqual([])
  })
})
