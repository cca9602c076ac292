import { createHash, hash } from 'node:crypto'

/** Digests that the ring may use, under the names of Python's hashlib, each with OpenSSL's name for it. */
const digests = {
  md5: 'md5',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha3_224: 'sha3-224',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
} as const

export type RingAlgorithm = keyof typeof digests

/** A piece of the ring's circumference, as shares of it: keys from `from` up to `to` belong to `host`. */
export interface RingArc {
  readonly from: number
  readonly to: number
  readonly host: string
}

/** Digits of a digest that a number holds exactly: 52 bits. */
const exactDigits = 13

/** Where a digest lies on the circumference, from 0 to 1. */
function positionOf(digest: string): number {
  return Number.parseInt(digest.slice(0, exactDigits), 16) / 16 ** exactDigits
}

/**
 * The consistent hash ring of OpenStack's tooz (tooz/hashring.py), bit for bit: each host has `2 ** partitionExponent`
 * points; point r is the digest of the host's name repeated r + 2 times, and a key belongs to the first point strictly
 * greater than its own digest, wrapping round. Digests are compared as fixed-width hexadecimal, which orders them as
 * the big integers that tooz compares.
 */
export class HashRing {
  /** The hosts on this ring, sorted. */
  readonly hosts: readonly string[]
  readonly #digest: string
  /** Sorted; `#owners[i]` is the host of `#points[i]`. */
  readonly #points: string[]
  readonly #owners: string[]

  constructor(hosts: Iterable<string>, algorithm: RingAlgorithm, partitionExponent: number) {
    this.hosts = [...new Set(hosts)].sort()
    this.#digest = digests[algorithm]
    const ownerOfPoint = new Map<string, string>()
    for (const host of this.hosts) {
      const running = createHash(this.#digest).update(host)
      for (let partition = 0; partition < 2 ** partitionExponent; partition++) {
        running.update(host)
        ownerOfPoint.set(running.copy().digest('hex'), host)
      }
    }
    this.#points = [...ownerOfPoint.keys()].sort()
    this.#owners = this.#points.map((point) => ownerOfPoint.get(point) as string)
  }

  /** The first `count` (default: all) hosts for a key, owner first, then in the order in which the walk round the ring meets them. */
  order(key: string, count: number = this.hosts.length): string[] {
    const wanted = Math.min(count, this.hosts.length)
    const met: string[] = []
    const start = this.#firstPointAfter(hash(this.#digest, key, 'hex'))
    for (let step = 0; met.length < wanted && step < this.#owners.length; step++) {
      const host = this.#owners[(start + step) % this.#owners.length] as string
      if (!met.includes(host)) met.push(host)
    }
    return met
  }

  /** Where a key lies on the circumference, from 0 to 1. */
  position(key: string): number {
    return positionOf(hash(this.#digest, key, 'hex'))
  }

  /** Who has which part of the circumference, from 0 to 1; neighbours of one host are one arc. */
  arcs(): RingArc[] {
    const arcs: RingArc[] = []
    let from = 0
    const add = (to: number, host: string) => {
      const last = arcs.at(-1)
      if (last?.host === host) arcs[arcs.length - 1] = { ...last, to }
      else if (to > from) arcs.push({ from, to, host })
      from = to
    }
    for (const [index, point] of this.#points.entries()) add(positionOf(point), this.#owners[index] as string)
    const [first] = this.#owners
    if (first !== undefined) add(1, first)
    return arcs
  }

  #firstPointAfter(digest: string): number {
    let low = 0
    let high = this.#points.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#points[middle] as string) > digest) high = middle
      else low = middle + 1
    }
    return low
  }
}
