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

/** One look at the fleet's membership: who is there, and one ring for each conductor group and hardware type. */
export class Membership {
  /** All conductors, dead ones included. */
  readonly conductors: readonly Conductor[]
  readonly #rings = new Map<string, HashRing>()

  constructor(conductors: readonly Conductor[], shape: RingShape) {
    this.conductors = conductors
    const hostsOfRing = new Map<string, string[]>()
    for (const { alive, conductorGroup, drivers, hostname } of conductors) {
      if (!alive) continue
      for (const driver of drivers) {
        const name = ringName(conductorGroup, driver)
        const hosts = hostsOfRing.get(name)
        if (hosts) hosts.push(hostname)
        else hostsOfRing.set(name, [hostname])
      }
    }
    for (const [name, hosts] of hostsOfRing) {
      this.#rings.set(name, new HashRing(hosts, shape.algorithm, shape.partitionExponent))
    }
  }

  /** Whether any conductor at all is alive. */
  get anyAlive(): boolean {
    return this.conductors.some(({ alive }) => alive)
  }

  /** The first `count` (default: all) host names for a node in ring order, owner first; empty when no ring holds it. */
  order(key: RingKey, count?: number): string[] {
    return this.#rings.get(ringName(key.conductorGroup, key.driver))?.order(key.uuid, count) ?? []
  }
}
