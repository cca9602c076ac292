import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { HashRing, type RingAlgorithm } from './hash-ring.ts'

interface Vector {
  hosts: string[]
  exponent: number
  algorithm: RingAlgorithm
  owner: number[]
  replicas2: number[][]
  replicas3: number[][]
}
const data: { uuids: string[]; vectors: Vector[] } = JSON.parse(
  readFileSync(new URL('../../test/data/ring-vectors.json', import.meta.url), 'utf8'),
)

describe("tooz's own answers", () => {
  it('has vectors to check', () => {
    expect(data.vectors.length).toBeGreaterThan(20)
  })

  for (const [number, vector] of data.vectors.entries()) {
    const { hosts, algorithm, exponent } = vector
    it(`vector ${number}: ${algorithm}, 2**${exponent} points, ${hosts.length} hosts`, () => {
      const ring = new HashRing(hosts, algorithm, exponent)
      const indices = (uuid: string, count: number) => ring.order(uuid, count).map((host) => hosts.indexOf(host))
      expect(data.uuids.map((uuid) => indices(uuid, 1)[0])).toEqual(vector.owner)
      expect(data.uuids.map((uuid) => indices(uuid, 2))).toEqual(vector.replicas2)
      expect(data.uuids.map((uuid) => indices(uuid, 3))).toEqual(vector.replicas3)
    })
  }
})

describe('a ring', () => {
  it('orders every host exactly once, owner first', () => {
    const hosts = ['a', 'b', 'c', 'd']
    const ring = new HashRing(hosts, 'md5', 5)
    const order = ring.order(data.uuids[0] as string)
    expect([...order].sort()).toEqual(hosts)
    expect(order[0]).toBe(ring.order(data.uuids[0] as string, 1)[0])
  })

  it('does not depend on the order of its hosts, nor on repeats', () => {
    const one = new HashRing(['a', 'b', 'c'], 'sha256', 5)
    const other = new HashRing(['c', 'a', 'b', 'a'], 'sha256', 5)
    for (const uuid of data.uuids) expect(one.order(uuid)).toEqual(other.order(uuid))
  })

  it('without hosts answers nobody', () => {
    expect(new HashRing([], 'md5', 5).order('x')).toEqual([])
  })

  it('without a host that left, each key goes on to the next in its order', () => {
    const before = new HashRing(['a', 'b', 'c'], 'md5', 5)
    const after = new HashRing(['a', 'b'], 'md5', 5)
    for (const uuid of data.uuids) {
      expect(after.order(uuid)).toEqual(before.order(uuid).filter((host) => host !== 'c'))
    }
  })
})
