import type { FoundNode } from '../../model/node-finder.ts'
import type { HashRing, RingArc } from '../../ring/hash-ring.ts'
import { type Membership, ringName } from '../../ring/membership.ts'
import type { ObservationParts } from './observation.ts'
import { wholeFleet } from './whole-fleet.ts'

/** `[uuid, name, owner, point]` */
type Place = readonly [string, string | null, string | null, number | null]

interface PicturedRing {
  name: string
  conductor_group: string
  hardware_type: string
  /** `share`: of the circumference; `nodes`: how many it owns. */
  conductors: { hostname: string; alive: boolean; share: number; nodes: number }[]
  nodes: Place[]
  /** `[from, to, hostname]` */
  arcs: (readonly [number, number, string])[]
}

/** So many nodes are drawn at most, of all rings together. */
const mostPlaces = 2000

/**
 * The rings as a picture: who has which part of them, and where nodes lie. Of a large fleet every n-th node is in it;
 * all are counted. Rings on which nodes are but no conductor are there too.
 */
export async function ringPicture({ finder, rings }: Pick<ObservationParts, 'finder' | 'rings'>) {
  const [membership, states] = await Promise.all([rings.membership(), finder.states()])
  const every = Math.max(1, Math.ceil(states.reduce((sum, { nodes }) => sum + nodes, 0) / mostPlaces))
  const drawings = new Map<string, RingDrawing>()
  for (const [name, ring] of membership.rings()) drawings.set(name, new RingDrawing(name, membership, ring))
  let seen = 0
  for await (const nodes of wholeFleet(finder)) {
    for (const node of nodes) {
      const name = ringName(node.conductorGroup, node.driver)
      let drawing = drawings.get(name)
      if (drawing === undefined) {
        drawing = new RingDrawing(name, membership, undefined)
        drawings.set(name, drawing)
      }
      drawing.add(node, seen % every === 0)
      seen += 1
    }
  }
  return {
    rings: [...drawings.values()].map((drawing) => drawing.picture()).sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

class RingDrawing {
  readonly #name: string
  readonly #membership: Membership
  readonly #ring: HashRing | undefined
  readonly #arcs: RingArc[]
  readonly #places: Place[] = []
  readonly #owned = new Map<string, number>()

  constructor(name: string, membership: Membership, ring: HashRing | undefined) {
    this.#name = name
    this.#membership = membership
    this.#ring = ring
    this.#arcs = ring?.arcs() ?? []
  }

  add(node: FoundNode, isDrawn: boolean): void {
    const [owner] = this.#ring?.order(node.uuid, 1) ?? []
    if (owner !== undefined) this.#owned.set(owner, (this.#owned.get(owner) ?? 0) + 1)
    if (isDrawn) this.#places.push([node.uuid, node.name, owner ?? null, this.#ring?.position(node.uuid) ?? null])
  }

  picture(): PicturedRing {
    const [group, hardwareType] = splitName(this.#name)
    const shares = new Map<string, number>()
    for (const { from, host, to } of this.#arcs) shares.set(host, (shares.get(host) ?? 0) + to - from)
    const conductors = this.#membership.conductors
      .filter(({ conductorGroup, drivers }) => conductorGroup === group && drivers.includes(hardwareType))
      .map(({ alive, hostname }) => ({
        hostname,
        alive,
        share: shares.get(hostname) ?? 0,
        nodes: this.#owned.get(hostname) ?? 0,
      }))
    return {
      name: this.#name,
      conductor_group: group,
      hardware_type: hardwareType,
      conductors,
      nodes: this.#places,
      arcs: this.#arcs.map(({ from, host, to }) => [from, to, host] as const),
    }
  }
}

/** Hardware types have no colons. */
function splitName(name: string): [group: string, hardwareType: string] {
  const colon = name.lastIndexOf(':')
  return [name.slice(0, colon), name.slice(colon + 1)]
}
