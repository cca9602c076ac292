import { afterEach, describe, expect, it, vi } from 'vitest'
import { aBootEvent } from '../../test/support/a-boot-event.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import type { BootEvent } from '../model/boot-events.ts'
import { BootringError } from '../model/errors.ts'
import { unpackEvents } from '../model/packed-events.ts'
import { BootEventRecorder, type RecorderParts, strangersRation } from './boot-event-recorder.ts'

const away = new BootringError('DatabaseUnavailable', 'gone')
const recorders: BootEventRecorder[] = []
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop(0)))
})

function recorderOf(append: (events: readonly BootEvent[]) => Promise<void>, parts: Partial<RecorderParts> = {}) {
  const log = recordingLogger()
  const { lines } = log
  const counts: { dropped: Record<string, number>; failed: number; recorded: number } = {
    dropped: {},
    failed: 0,
    recorded: 0,
  }
  const metrics = {
    recorded(events: number) {
      counts.recorded += events
    },
    dropped(events: number, why: string) {
      counts.dropped[why] = (counts.dropped[why] ?? 0) + events
    },
    failed() {
      counts.failed += 1
    },
  }
  const recorder = new BootEventRecorder({
    store: { append: ({ bytes }) => append(unpackEvents(bytes)) },
    capacity: 100,
    intervalMilliseconds: 5,
    metrics,
    log,
    ...parts,
  })
  recorders.push(recorder)
  const record = (events: number) => {
    for (let index = 0; index < events; index += 1) recorder.record(aBootEvent({ at: index }))
  }
  return { counts, lines, record, recorder }
}

describe('the recorder', () => {
  it('writes at every other turn while the process is busy', async () => {
    const turnsBetween = async (utilization: number) => {
      const written: number[] = []
      let turns = 0
      const { record, recorder } = recorderOf(async () => void written.push(turns), {
        batchSize: 2,
        utilization: () => {
          turns += 1
          return utilization
        },
      })
      record(6)
      await vi.waitFor(() => expect(recorder.figures.recorded).toBe(6))
      const [first = 0, second = 0, third = 0] = written
      return [second - first, third - second]
    }
    expect(await turnsBetween(1)).toEqual([2, 2])
    expect(await turnsBetween(0.5)).toEqual([1, 1])
  })

  it('writes in batches, in order, soon', async () => {
    const batches: number[][] = []
    const { counts, record, recorder } = recorderOf(async (events) => void batches.push(events.map(({ at }) => at)), {
      batchSize: 4,
    })
    record(10)
    expect(batches).toEqual([])
    await vi.waitFor(() => expect(recorder.figures.recorded).toBe(10))
    expect(batches).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    expect(counts).toEqual({ dropped: {}, failed: 0, recorded: 10 })
  })

  it('drops what is too much for a store that hangs, says so, and keeps to its bound', async () => {
    const { counts, lines, record, recorder } = recorderOf(() => new Promise(() => undefined), { batchSize: 30 })
    record(60)
    await vi.waitFor(() => expect(recorder.figures.waiting).toBe(60))
    record(60)
    expect(recorder.figures).toEqual({ recorded: 0, dropped: 20, waiting: 100 })
    expect(counts.dropped).toEqual({ 'queue full': 20 })
    await vi.waitFor(() => expect(lines.filter(({ fields }) => fields.dropped === 20)).toHaveLength(1))
  })

  it('says beforehand that there is no room, and counts what is not made for it', async () => {
    const { counts, record, recorder } = recorderOf(() => new Promise(() => {}), { capacity: 2 })
    expect(recorder.turnsAway()).toBe(false)
    record(2)
    expect([recorder.turnsAway(), recorder.turnsAway()]).toEqual([true, true])
    expect([counts.dropped, recorder.figures.dropped]).toEqual([{ 'queue full': 2 }, 2])
  })

  it('rations what strangers cause, so that it drives out nothing of nodes', async () => {
    const strangers = strangersRation(1000, 604_800)
    expect(strangers).toEqual({ perSecond: 250 / 604_800, burst: 250 })
    expect(strangersRation(1_000_000_000, 60)).toEqual({ perSecond: 100, burst: 5000 })
    const { counts, record, recorder } = recorderOf(async () => undefined, { capacity: 1000, strangers })
    const unknown = aBootEvent({ outcome: 'refused', code: 'PortNotFound', node_uuid: null })
    // A client may claim any node for a file.
    const missing = aBootEvent({ kind: 'file', outcome: 'refused', code: 'ImageUnavailable' })
    for (let index = 0; index < 200; index += 1) for (const event of [unknown, missing]) recorder.record(event)
    record(50)
    recorder.record(aBootEvent({ outcome: 'refused', code: 'StateForbidsBoot' }))
    expect(counts.dropped).toEqual({ strangers: 150 })
    await vi.waitFor(() => expect(recorder.figures).toEqual({ recorded: 301, dropped: 150, waiting: 0 }))
  })

  it('keeps what a store that is away could not take, and tries again', async () => {
    let isAway = true
    const seen: number[] = []
    const { counts, lines, record, recorder } = recorderOf(async (events) => {
      if (isAway) throw away
      seen.push(...events.map(({ at }) => at))
    })
    record(3)
    await vi.waitFor(() => expect(counts.failed).toBeGreaterThan(1))
    isAway = false
    await vi.waitFor(() => expect(recorder.figures).toEqual({ recorded: 3, dropped: 0, waiting: 0 }))
    expect(seen).toEqual([0, 1, 2])
    // Once, however often it fails.
    expect(lines).toHaveLength(1)
  })

  it('drops a batch that the store will never take, and goes on', async () => {
    let calls = 0
    const { counts, record, recorder } = recorderOf(async () => {
      calls += 1
      if (calls === 1) throw new BootringError('InvalidParameter', "the database can't hold it")
    })
    record(3)
    await vi.waitFor(() => expect(counts.dropped).toEqual({ unfit: 3 }))
    record(2)
    await vi.waitFor(() => expect(recorder.figures).toEqual({ recorded: 2, dropped: 3, waiting: 0 }))
  })

  it.each<Partial<BootEvent>>([
    { kind: 'script', node_uuid: null },
    { kind: 'file' },
    { kind: 'lookup' },
    { kind: 'heartbeat' },
  ])('keeps few refusals that anybody can cause, of whatever node they say they are: %o', async (refusal) => {
    const { counts, recorder } = recorderOf(async () => undefined, { capacity: 20_000, intervalMilliseconds: 60_000 })
    for (let index = 0; index < 6000; index += 1) recorder.record(aBootEvent({ ...refusal, outcome: 'refused' }))
    recorder.record(aBootEvent())
    expect(counts.dropped.strangers).toBeGreaterThan(0)
    expect(recorder.figures.waiting + recorder.figures.dropped).toBe(6001)
    expect(recorder.figures.waiting).toBeGreaterThan(5000)
  })

  it('writes what is left when it stops, and takes no more', async () => {
    const { record, recorder } = recorderOf(async () => undefined, { intervalMilliseconds: 3_600_000, batchSize: 10 })
    record(7)
    await recorder.stop(10)
    expect(recorder.figures).toEqual({ recorded: 7, dropped: 0, waiting: 0 })
    record(1)
    expect(recorder.figures.dropped).toBe(1)
  })

  it('does not wait for a dead store when it stops', async () => {
    const { counts, record, recorder } = recorderOf(() => new Promise(() => undefined))
    record(7)
    await recorder.stop(0.01)
    expect(counts.dropped).toEqual({ stopped: 7 })
  })
})
