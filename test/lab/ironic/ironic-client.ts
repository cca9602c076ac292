import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LineClient } from '../clients/line-client.ts'
import type { IronicHost } from './ironic-host.ts'
import { debianPython } from './ironic-release.ts'

const program = fileURLToPath(new URL('ironic-client.py', import.meta.url))

/** A node as Ironic's API shows it; only what tests look at. */
export interface ApiNode {
  uuid: string
  name: string | null
  provision_state: string
  target_provision_state: string | null
  /** Name of the conductor that looks after it. */
  conductor: string | null
  conductor_group: string
  boot_interface: string
  driver: string
  last_error: string | null
  power_state: string | null
  reservation: string | null
}

export type NodeState = Pick<ApiNode, 'uuid' | 'provision_state' | 'reservation' | 'last_error'>

export interface ApiConductor {
  hostname: string
  conductor_group: string
  alive: boolean
}

/** A change in the form of JSON Patch, e.g. `{op: 'replace', path: '/conductor_group', value: 'rack1'}`. */
export interface NodePatch {
  op: 'add' | 'replace' | 'remove'
  path: string
  value?: unknown
}

/** Drives Ironic by its Python library, in one process: for many nodes. Nodes are named by UUID or name. */
export class IronicClient {
  readonly #client: LineClient

  /** Starts the process on a host from which the API can be reached. */
  constructor(host: IronicHost, url: string) {
    this.#client = new LineClient(host.spawn([debianPython, program, url]))
  }

  /** Creates a node with ports of these addresses. `node` is as Ironic's API takes it. */
  async enrol(node: Record<string, unknown>, macs: readonly string[]): Promise<ApiNode> {
    return (await this.#client.call('enrol', { node, ports: macs })) as ApiNode
  }

  /** Asks for a change of the provision state: `manage`, `provide`, `abort`, `active`, `deleted`, … Does not wait. */
  async provision(node: string, target: string, more: Record<string, unknown> = {}): Promise<void> {
    await this.#client.call('provision', { node, target, ...more })
  }

  async update(node: string, patch: readonly NodePatch[]): Promise<ApiNode> {
    return (await this.#client.call('update', { node, patch })) as ApiNode
  }

  async delete(node: string): Promise<void> {
    await this.#client.call('delete', { node })
  }

  /** All nodes. Ironic's API fails as a whole while a node's conductor group has no conductor. */
  async nodes(): Promise<ApiNode[]> {
    return (await this.#client.call('nodes', {})) as ApiNode[]
  }

  /** What is polled: a whole node takes Ironic ten times as long. At most 1,000 nodes. */
  async states(): Promise<NodeState[]> {
    return (await this.#client.call('states', {})) as NodeState[]
  }

  async conductors(): Promise<ApiConductor[]> {
    return (await this.#client.call('conductors', {})) as ApiConductor[]
  }

  /** Waits until all these nodes are in that state and nobody holds them; they, as they are then. */
  async waitForState(uuids: readonly string[], state: string, seconds = 60): Promise<ApiNode[]> {
    const deadline = performance.now() + seconds * 1000
    for (;;) {
      const found = (await this.states()).filter(({ uuid }) => uuids.includes(uuid))
      const others = found.filter((node) => node.provision_state !== state || node.reservation !== null)
      if (found.length === uuids.length && others.length === 0) {
        return (await this.nodes()).filter(({ uuid }) => uuids.includes(uuid))
      }
      if (performance.now() > deadline) {
        const list = others.map((node) => `${node.uuid} ${node.provision_state} ${node.last_error ?? ''}`)
        throw new Error(`not all of ${uuids.length} nodes are in the state '${state}':\n${list.join('\n')}`)
      }
      await sleep(300)
    }
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}
