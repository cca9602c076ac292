import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conductor } from '../model/conductor.ts'
import type { RingKey } from '../model/node.ts'
import { Membership } from './membership.ts'

const shape = { algorithm: 'md5', partitionExponent: 5 } as const

function conductor(hostname: string, changes: Partial<Conductor> = {}): Conductor {
  return {
    id: 1,
    hostname,
    conductorGroup: '',
    alive: true,
    online: true,
    updatedAt: null,
    drivers: ['fake-hardware'],
    ...changes,
  }
}

const nodes = (count: number, conductorGroup = ''): RingKey[] =>
  Array.from({ length: count }, (_, index) => ({
    uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    driver: 'fake-hardware',
    conductorGroup,
  }))

function owners(conductors: Conductor[], keys: RingKey[]): (string | undefined)[] {
  const membership = new Membership(conductors, shape)
  return keys.map((key) => membership.order(key, 1)[0])
}

describe('a conductor that joins or leaves', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abcdefghij-.0123456789'), minLength: 1, maxLength: 20 })
  const fleet = fc.uniqueArray(name, { minLength: 2, maxLength: 10 })

  it('moves no node between two others', () => {
    fc.assert(
      fc.property(fleet, (names) => {
        const [joining = '', ...rest] = names
        const keys = nodes(60)
        const before = owners(
          rest.map((one) => conductor(one)),
          keys,
        )
        const after = owners(
          names.map((one) => conductor(one)),
          keys,
        )
        for (const [index, owner] of after.entries()) if (owner !== joining) expect(owner).toBe(before[index])
      }),
    )
  })

  it('moves about its share', () => {
    const keys = nodes(3000)
    const shares = [2, 3, 5, 10].map((count) => {
      const names = Array.from({ length: count }, (_, index) => `cond-${index}.example.org`)
      const all = owners(
        names.map((one) => conductor(one)),
        keys,
      )
      const moved = names.map((leaving) => {
        const left = names.filter((one) => one !== leaving)
        const after = owners(
          left.map((one) => conductor(one)),
          keys,
        )
        return after.filter((owner, index) => owner !== all[index]).length
      })
      // Each node moves with one of the conductors, its owner.
      expect(moved.reduce((sum, one) => sum + one, 0)).toBe(keys.length)
      return Math.max(...moved) / (keys.length / count)
    })
    // With 2**5 points a conductor, shares differ.
    for (const share of shares) expect(share).toBeLessThan(2)
  })

  it('that goes over to another group moves its nodes of the one and its share of the other', () => {
    const [rack1, rack2] = [nodes(300, 'rack1'), nodes(300, 'rack2')]
    const fleetWith = (group: string) => [
      conductor('a', { conductorGroup: 'rack1' }),
      conductor('b', { conductorGroup: 'rack1' }),
      conductor('c', { conductorGroup: 'rack2' }),
      conductor('mover', { conductorGroup: group }),
    ]
    const [before, after] = [fleetWith('rack1'), fleetWith('rack2')]
    const inRack1 = owners(after, rack1)
    for (const [index, owner] of owners(before, rack1).entries()) {
      if (owner === 'mover') expect(['a', 'b']).toContain(inRack1[index])
      else expect(inRack1[index]).toBe(owner)
    }
    expect(new Set(owners(before, rack2))).toEqual(new Set(['c']))
    const gained = owners(after, rack2).filter((owner) => owner === 'mover').length
    expect(gained).toBeGreaterThan(50)
    expect(gained).toBeLessThan(250)
  })
})

describe('a conductor that drains', () => {
  const [key] = nodes(1) as [RingKey]

  it('owns nothing, and is asked last', () => {
    const conductors = ['a', 'b', 'c'].map((name) => conductor(name, { draining: name === 'b' }))
    const membership = new Membership(conductors, shape)
    const without = new Membership(
      conductors.filter(({ draining }) => !draining),
      shape,
    )
    for (const node of nodes(50)) expect(membership.order(node)).toEqual([...without.order(node), 'b'])
    expect(membership.order(key, 1)).toEqual(without.order(key, 1))
    expect(membership.order(key, 2)).toEqual(without.order(key, 2))
  })

  it('keeps what nobody else offers', () => {
    const conductors = [
      conductor('a', { draining: true }),
      conductor('b', { drivers: ['manual-management'] }),
      conductor('c', { conductorGroup: 'rack1' }),
    ]
    expect(new Membership(conductors, shape).order(key)).toEqual(['a'])
  })

  it('is nobody once it is dead', () => {
    const conductors = [conductor('a', { draining: true, alive: false }), conductor('b')]
    expect(new Membership(conductors, shape).order(key)).toEqual(['b'])
  })
})
