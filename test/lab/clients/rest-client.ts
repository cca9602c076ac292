import { setTimeout as sleep } from 'node:timers/promises'

type Json = Record<string, unknown>

/** Asks the REST API itself, for what is not the business of a client under test. */
export class RestClient {
  readonly #endpoint: string

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  /** The body of an answer that is a success; throws any other. */
  async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${this.#endpoint}/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-OpenStack-Ironic-API-Version': '1.82' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Json)
  }

  /** A new node with ports of these addresses, and in this state, `enroll` or `manageable`. Its UUID. */
  async createNode(node: Json, macs: readonly string[], state = 'manageable'): Promise<string> {
    const { uuid } = (await this.ask('POST', '/nodes', node)) as { uuid: string }
    for (const address of macs) await this.ask('POST', '/ports', { node_uuid: uuid, address })
    if (state === 'manageable') await this.provision(uuid, 'manage', state)
    return uuid
  }

  /** Asks for a change of the provision state, and waits until the node has come to rest in the wanted one. */
  async provision(node: string, target: string, wanted: string, more: Json = {}): Promise<void> {
    await this.ask('PUT', `/nodes/${node}/states/provision`, { target, ...more })
    await this.untilState(node, wanted)
  }

  async untilState(node: string, wanted: string, seconds = 60): Promise<void> {
    for (const deadline = performance.now() + seconds * 1000; ; ) {
      const { last_error, provision_state, reservation } = await this.ask('GET', `/nodes/${node}`)
      if (provision_state === wanted && reservation === null) return
      if (performance.now() > deadline)
        throw new Error(`${node} is not in '${wanted}' but '${provision_state}': ${last_error}`)
      await sleep(100)
    }
  }
}
