import type { FleetNode } from '../src/model/stores.ts'
import { bootPath, macOf } from './fleet.ts'
import type { ManagementClient } from './management-client.ts'
import { creationOf, waitingNodes } from './management-fleet.ts'

/** Something that a client does again and again, each time with another node drawn at random. */
export interface Operation {
  name: string
  /** How often in a round at most: creating makes a fleet larger. */
  atMost?: number
  once(): Promise<unknown>
}

/** A fleet behind REST, as the one who asks knows it. */
export interface KnownFleet {
  client: ManagementClient
  nodes: readonly FleetNode[]
  /** Of nodes that may be created, none of which another call takes. */
  newNodes: Iterator<{ node: FleetNode; index: number }>
  random: () => number
}

const createName = 'create a node with a port (2 requests)'
/** A fleet of the smallest size should stay about that size. */
export const createdPerRound = 25
const largestPage = 1000

/** What is compared between sizes: one request after the other. */
export function operationsOf({ client, newNodes, nodes, random }: KnownFleet): Operation[] {
  const draw = (count = nodes.length) => Math.floor(random() * count)
  const uuid = (index = draw()) => nodes[index]?.uuid as string
  const get = (name: string, path: () => string): Operation => ({ name, once: () => client.ask('GET', path()) })
  // Behind which as many nodes follow as the page may have.
  const marker = (limit: number) => (nodes.length > limit ? `&marker=${uuid(draw(nodes.length - limit))}` : '')
  return [
    get('show a node', () => `/v1/nodes/${uuid()}`),
    get('find a port by its MAC', () => `/v1/ports?address=${macOf(draw())}`),
    get('page of 1,000 nodes', () => `/v1/nodes?limit=${largestPage}${marker(largestPage)}`),
    get('page of 100 nodes, all fields', () => `/v1/nodes/detail?limit=100${marker(100)}`),
    get('page of 100 nodes, sorted by name', () => `/v1/nodes?limit=100&sort_key=name${marker(100)}`),
    get('page of 100 nodes in one state', () => '/v1/nodes?limit=100&provision_state=wait+call-back'),
    get('page of 1,000 ports', () => `/v1/ports?limit=${largestPage}`),
    { name: 'patch a node', once: () => patchOnce(client, uuid(), random) },
    {
      name: createName,
      atMost: createdPerRound,
      async once() {
        const { done, value } = newNodes.next()
        if (done) throw new Error('there are no nodes left to create')
        const { node, port } = creationOf(value.node, value.index)
        await client.ask('POST', '/v1/nodes', node)
        await client.ask('POST', '/v1/ports', port)
      },
    },
    get('boot script', () => bootPath(macOf(1 + draw(waitingNodes)))),
  ]
}

export async function patchOnce(client: ManagementClient, uuid: string, random: () => number): Promise<void> {
  const value = `rack-${Math.floor(random() * 1e9)}`
  await client.ask('PATCH', `/v1/nodes/${uuid}`, [{ op: 'add', path: '/extra/rack', value }])
}
