import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LoopbackHost } from '../ironic/loopback-host.ts'
import { LineClient } from './line-client.ts'

const program = fileURLToPath(new URL('agent_client.py', import.meta.url))
const tools = fileURLToPath(new URL('../../../.tools/', import.meta.url))

/** What this machine lacks for the agent's client code, in words; undefined: nothing. */
export function missingForAgent(): string | undefined {
  const whole = existsSync(`${tools}agent/complete`) && existsSync(`${tools}ironic-newest/complete`)
  return whole ? undefined : "ironic-python-agent's code (make setup brings it in)"
}

/** What the agent is told of its node. */
export interface AgentLookup {
  node: { uuid: string; [field: string]: unknown }
  config: { heartbeat_timeout: number; agent_token?: string; [option: string]: unknown }
}

/** The agent's own code for talking to the API, as it runs on one machine from boot to boot. */
export class AgentClient {
  readonly #client: LineClient

  /** `apiUrl`: as `ipa-api-url` on the kernel command line. */
  constructor(apiUrl: string, host: Pick<LoopbackHost, 'spawn'> = new LoopbackHost('localhost', '127.0.0.1')) {
    const env = { PYTHONPATH: `${tools}agent` }
    this.#client = new LineClient(host.spawn([`${tools}ironic-newest/bin/python`, program, apiUrl], env))
  }

  /** Looks the node up by the addresses of the machine's NICs; null where there is none. The token is kept. */
  async lookup(macs: readonly string[], uuid?: string): Promise<AgentLookup | null> {
    return (await this.#client.call('lookup', { macs, ...(uuid && { uuid }) })) as AgentLookup | null
  }

  /** Throws what the agent would see. `token`: in place of the one it was given. */
  async heartbeat(uuid: string, token?: string): Promise<void> {
    await this.#client.call('heartbeat', { uuid, ...(token && { token }) })
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}
