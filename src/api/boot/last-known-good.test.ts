import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { target } from '../../../test/support/boot-fakes.ts'
import type { BootTarget } from '../../model/node.ts'
import { LastKnownGood, type LastKnownGoodOptions, type Sighting } from './last-known-good.ts'

function fixture(options: Partial<LastKnownGoodOptions> = {}) {
  const clock = { now: 0 }
  const known = new LastKnownGood({ staleBootSeconds: 10, ...options }, () => clock.now)
  const serve = (mac: string, text = `#!ipxe ${mac}`, node: BootTarget = target) => {
    const sighting = known.watch(mac)
    sighting.saw(node)
    sighting.served('boot.ipxe', text, 'one')
    sighting.end()
  }
  const recall = (mac: string) => known.recall(mac, 'boot.ipxe')?.script
  return { clock, known, serve, recall }
}

describe('LastKnownGood', () => {
  it('recalls what was served, for so long after the database was asked', () => {
    const { clock, known } = fixture()
    const sighting = known.watch('m')
    clock.now = 4_000
    sighting.saw(target)
    sighting.served('boot.ipxe', '#!ipxe', 'one')
    sighting.end()
    clock.now = 10_000
    expect(known.recall('m', 'boot.ipxe')).toEqual({ node: target, script: '#!ipxe', conductor: 'one', ageSeconds: 10 })
    expect(known.recall('m', 'grub.cfg')).toBeUndefined()
    expect(known.recall('n', 'boot.ipxe')).toBeUndefined()
    clock.now = 10_001
    expect(known.recall('m', 'boot.ipxe')).toBeUndefined()
    expect([known.size, known.bytes]).toEqual([0, 0])
  })

  it.each<[string, BootTarget | undefined]>([
    ['is gone, or may not boot', undefined],
    ['is another', { ...target, nodeUuid: '00000000-0000-4000-8000-000000000000' }],
    ['is in another state', { ...target, provisionState: 'clean wait' }],
    ['is on another ring', { ...target, conductorGroup: 'rack2' }],
    ['has another driver', { ...target, driver: 'ipmi' }],
  ])('forgets it as soon as the node %s', (_what, node) => {
    const { known, recall, serve } = fixture()
    serve('m')
    const sighting = known.watch('m')
    sighting.saw(target)
    sighting.end()
    expect(recall('m')).toBe('#!ipxe m')
    known.watch('m').saw(node)
    expect(recall('m')).toBeUndefined()
  })

  it('does not remember what a request serves that asked before the node changed', () => {
    const { clock, known, recall } = fixture()
    const early = known.watch('m')
    early.saw(target)
    clock.now = 1
    const late = known.watch('m')
    late.saw(undefined)
    late.end()
    early.served('boot.ipxe', '#!ipxe', 'one')
    early.end()
    expect(recall('m')).toBeUndefined()
  })

  it('keeps to its limits, and drops what was used longest ago', () => {
    const few = fixture({ maxMachines: 2 })
    for (const mac of ['a', 'b', 'a', 'c']) few.serve(mac)
    expect(['a', 'b', 'c'].map(few.recall)).toEqual(['#!ipxe a', undefined, '#!ipxe c'])
    const small = fixture({ maxBytes: 100_000 })
    for (let i = 0; i < 100; i += 1) {
      small.serve(`m${i}`, 'x'.repeat(i * 100))
      expect(small.known.bytes).toBeLessThanOrEqual(100_000)
    }
    expect(small.recall('m99')).toHaveLength(9_900)
    small.serve('huge', 'x'.repeat(200_000))
    expect([small.known.size, small.known.bytes]).toEqual([0, 0])
  })

  it('never recalls a script that is too old, or of a node that was seen to have changed since', () => {
    const states = ['wait call-back', 'clean wait', undefined]
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), mac: fc.nat(2), state: fc.constantFrom(...states) }),
      fc.record({ kind: fc.constant('finish' as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(4_000) }),
      fc.record({ kind: fc.constant('recall' as const), mac: fc.nat(2) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, known } = fixture({ maxMachines: 2, staleBootSeconds: 2 })
        const open: { sighting: Sighting; mac: number; state: string | undefined; askedAt: number }[] = []
        // All that the database has ever said, and when it was asked.
        const said: { mac: number; state: string | undefined; askedAt: number }[] = []
        for (const one of steps) {
          if (one.kind === 'wait') clock.now += one.milliseconds
          else if (one.kind === 'ask') {
            clock.now += 1
            const { mac, state } = one
            const sighting = known.watch(String(mac))
            sighting.saw(state === undefined ? undefined : { ...target, provisionState: state })
            said.push({ mac, state, askedAt: clock.now })
            open.push({ sighting, mac, state, askedAt: clock.now })
          } else if (one.kind === 'finish') {
            const [request] = open.splice(one.pick % Math.max(1, open.length), 1)
            if (request === undefined) continue
            const { askedAt, sighting, state } = request
            if (state !== undefined) sighting.served('boot.ipxe', JSON.stringify({ askedAt, state }), 'one')
            sighting.end()
          } else {
            const boot = known.recall(String(one.mac), 'boot.ipxe')
            if (boot === undefined) continue
            const { askedAt, state } = JSON.parse(boot.script) as { askedAt: number; state: string }
            expect(clock.now - askedAt).toBeLessThanOrEqual(2_000)
            expect(boot.ageSeconds).toBe((clock.now - askedAt) / 1000)
            expect(boot.node.provisionState).toBe(state)
            const later = said.filter((each) => each.mac === one.mac && each.askedAt >= askedAt)
            expect(new Set(later.map((each) => each.state))).toEqual(new Set([state]))
          }
          expect(known.size).toBeLessThanOrEqual(2)
        }
      }),
      { numRuns: 500 },
    )
  })
})
