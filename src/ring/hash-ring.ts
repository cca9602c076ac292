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

export const ringAlgorithms = Object.keys(digests) as RingAlgorithm[]

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
