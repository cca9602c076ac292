import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aBootEvent, noon } from '../../../test/support/a-boot-event.ts'
import { bootsOf } from '../../../test/support/boots-of.ts'
import { bootEventKinds, bootEventOutcomes, type StoredBootEvent } from '../../model/boot-events.ts'
import { bootVerdicts } from '../../model/boots.ts'
import { BootWindow } from './boot-window.ts'

const numberRuns = 150
const anHour = 3_600_000

const node = (number: number) => `00000000-0000-4000-8000-00000000000${number}`

/** Some events of a few machines, clients and NICs within some hours; ids are in no order of time. */
const events: fc.Arbitrary<StoredBootEvent[]> = fc
  .array(
    fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: 0, max: 3 * anHour })),
      kind: fc.constantFrom(...bootEventKinds),
      outcome: fc.constantFrom(...bootEventOutcomes),
      node_uuid: fc.constantFrom(null, node(1), node(2), node(3)),
      mac: fc.constantFrom(null, '52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'),
      client: fc.constantFrom(null, '192.0.2.1', '192.0.2.2', '192.0.2.3'),
      code: fc.constantFrom(null, 'PortNotFound', 'StateForbidsBoot', 'TemplateFailed', 'Internal', 'nonsense'),
      name: fc.constantFrom(null, 'boot.ipxe', 'deploy_kernel', 'x.ipxe', 'clean wait to cleaning', ' to '),
    }),
    { maxLength: 60 },
  )
  .chain((all) =>
    fc
      .shuffledSubarray(
        all.map((_, index) => index + 1),
        { minLength: all.length },
      )
      .map((ids) =>
        all.map((change, index) => ({
          ...aBootEvent({ ...change, at: noon + change.at, request_id: `req-${index}` }),
          id: ids[index] as number,
        })),
      ),
  )

const now = noon + 3 * anHour

describe('boots of any events', () => {
  it('lose no event, and have none twice', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { boots, others } = bootsOf(all, now)
        const ids = [...boots.flatMap((one) => one.events), ...others].map(({ id }) => id)
        expect(ids.sort((a, b) => a - b)).toEqual(all.map(({ id }) => id).sort((a, b) => a - b))
        for (const { boot, events } of boots) {
          expect(boot.events).toBe(events.length)
          expect(bootVerdicts).toContain(boot.verdict)
          expect(boot.id).toBe(Math.min(...events.map(({ id }) => id)))
          expect(boot.begun_at).toBeLessThanOrEqual(boot.last_at)
          expect(boot.steps.reduce((sum, { times }) => sum + times, 0)).toBe(events.length)
          expect(new Set(events.map((event) => event.node_uuid).filter(Boolean)).size).toBeLessThanOrEqual(1)
          const isWell = boot.verdict === 'booted' || boot.verdict === 'under way'
          expect([boot.reason === null, boot.remedy === null]).toEqual([isWell, isWell])
        }
      }),
      { numRuns: numberRuns },
    )
  })

  it('are the same in whatever order the events come, and however often', () => {
    const shuffled = events.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all)),
    )
    fc.assert(
      fc.property(shuffled, ([all, others, again]) => {
        expect(bootsOf([...others, ...again], now)).toEqual(bootsOf(all, now))
      }),
      { numRuns: numberRuns },
    )
  })

  it('are the same one by one as all at once', () => {
    fc.assert(
      fc.property(events, (all) => {
        const window = new BootWindow()
        const told = new Map<number, unknown>()
        const recent = all.map((event) => ({ ...event, at: noon + (event.at - noon) / 4 }))
        const end = noon + anHour - 60_000
        for (const event of recent) for (const { boot } of window.take([event], end)) told.set(boot.id, boot)
        const all_at_once = bootsOf(recent, end).boots.map(({ boot }) => boot)
        expect(window.boots().map(({ boot }) => boot)).toEqual(all_at_once)
        // Whoever has listened from the beginning knows all of them as they stand.
        for (const boot of all_at_once) expect(told.get(boot.id)).toEqual(boot)
      }),
      { numRuns: numberRuns },
    )
  })
})
