import type { Conductor } from '../model/conductor.ts'
import type { RingKey } from '../model/node.ts'
import { HashRing, type RingAlgorithm } from './hash-ring.ts'

export interface RingShape {
  algorithm: RingAlgorithm
  partitionExponent: number
}

/** The name of the ring that a node lies on, as Ironic writes it: `<conductor group>:<hardware type>`. */
export function ringName(conductorGroup: string, driver: string): string {
  return `${conductorGroup.toLowerCase()}:${driver}`
}

/**
 * One look at the fleet's membership: who is there, and one ring for each conductor group and hardware type. Those that
 * drain are on rings of their own: asked when nobody else answers, and owners where there is nobody else at all.
 */
export class Membership {
  /** All conductors, dead ones included. */
  readonly conductors: readonly Conductor[]
  readonly #rings: Map<string, HashRing>
  readonly #drainingRings: Map<string, HashRing>

  constructor(conductors: readonly Conductor[], shape: RingShape) {
    const alive = conductors.filter((conductor) => conductor.alive)
    this.conductors = conductors
    this.#rings = ringsOf(
      alive.filter(({ draining }) => !draining),
      shape,
    )
    this.#drainingRings = ringsOf(
      alive.filter(({ draining }) => draining),
      shape,
    )
  }

  /** Whether any conductor at all is alive. */
  get anyAlive(): boolean {
    return this.conductors.some(({ alive }) => alive)
  }

  /** The rings by which nodes have their owners, by their names. */
  rings(): Map<string, HashRing> {
    return new Map([...this.#drainingRings, ...this.#rings])
  }

  /** The first `count` (default: all) host names for a node in ring order, owner first; empty when no ring holds it. */
  order(key: RingKey, count?: number): string[] {
    const name = ringName(key.conductorGroup, key.driver)
    const order = this.#rings.get(name)?.order(key.uuid, count) ?? []
    const draining = this.#drainingRings.get(name)
    return draining === undefined ? order : [...order, ...draining.order(key.uuid, count)].slice(0, count)
  }
}

function ringsOf(conductors: readonly Conductor[], shape: RingShape): Map<string, HashRing> {
  const hostsOfRing = new Map<string, string[]>()
  for (const { conductorGroup, drivers, hostname } of conductors) {
    for (const driver of drivers) {
      const name = ringName(conductorGroup, driver)
      const hosts = hostsOfRing.get(name)
      if (hosts) hosts.push(hostname)
      else hostsOfRing.set(name, [hostname])
    }
  }
  return new Map(
    [...hostsOfRing].map(([name, hosts]) => [name, new HashRing(hosts, shape.algorithm, shape.partitionExponent)]),
  )
}
