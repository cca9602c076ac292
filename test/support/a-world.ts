import type { NodeWithPorts } from '../../src/model/node.ts'
import type { World } from '../../src/preflight/world.ts'

/** A world without nodes, conductors and files in which nothing answers; `changes` are laid over it. */
export function aWorld(changes: Partial<World> = {}): World {
  return {
    nodes: () => each([]),
    wholeFleet: true,
    bootsNow: () => false,
    bootFiles: async () => [],
    images: () => [],
    rootScript: () => '#!ipxe\n',
    rootScriptUrl: 'http://192.0.2.1/boot.ipxe',
    apiRootUrls: [],
    conductors: async () => [],
    offers: async () => [],
    defaultBootInterface: 'ipxe',
    heartbeatTimeoutSeconds: 60,
    databaseTime: async () => new Date(0),
    conductorUrl: () => undefined,
    probe: async () => ({ outcome: 'failed', message: 'nobody answers' }),
    text: async () => undefined,
    certificateFiles: [],
    dhcpFiles: [],
    now: () => new Date(0),
    ...changes,
  }
}

export async function* each(nodes: Iterable<NodeWithPorts>): AsyncGenerator<NodeWithPorts> {
  yield* nodes
}
