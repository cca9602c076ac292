import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { debianPython } from '../ironic/ironic-release.ts'
import { LoopbackHost } from '../ironic/loopback-host.ts'
import { LineClient } from './line-client.ts'

const program = fileURLToPath(new URL('openstack_shell.py', import.meta.url))
const thisHost = new LoopbackHost('localhost', '127.0.0.1')

/** How a command ended, and what it printed. */
export interface ShellResult {
  code: number
  stdout: string
  stderr: string
}

export interface ShownNode {
  provision_state: string
  target_provision_state: string | null
  power_state: string | null
  last_error: string | null
  [field: string]: unknown
}

/** What tells the clients where the API is and who they are. */
export function clientEnvironment(endpoint: string, user?: { name: string; password: string }): Record<string, string> {
  if (user === undefined) return { OS_AUTH_TYPE: 'none', OS_ENDPOINT: endpoint }
  return { OS_AUTH_TYPE: 'http_basic', OS_ENDPOINT: endpoint, OS_USERNAME: user.name, OS_PASSWORD: user.password }
}

/** The real command line client, `openstack baremetal …`, many commands in one process. */
export class OpenstackShell {
  readonly #client: LineClient

  /** `host`: where it runs, of the laboratory or this one. */
  constructor(env: Record<string, string>, host: Pick<LoopbackHost, 'spawn'> = thisHost) {
    this.#client = new LineClient(host.spawn([debianPython, program], env))
  }

  /** Runs a command however it ends. */
  async run(...argv: readonly string[]): Promise<ShellResult> {
    return (await this.#client.call('run', { argv: ['baremetal', ...argv] })) as ShellResult
  }

  /** Runs a command that must succeed, with `-f json`: what it printed. */
  async json<T = Record<string, unknown>>(...argv: readonly string[]): Promise<T> {
    return JSON.parse((await this.#succeed(...argv, '-f', 'json')).stdout) as T
  }

  /** Runs a command that must succeed and prints no table: what it printed. */
  async do(...argv: readonly string[]): Promise<string> {
    return (await this.#succeed(...argv)).stdout
  }

  /** Runs a command that must fail: what it said. */
  async refused(...argv: readonly string[]): Promise<string> {
    const result = await this.run(...argv)
    if (result.code === 0) throw new Error(`${argv.join(' ')} was not refused: ${result.stdout}`)
    return result.stderr
  }

  /** Fields of a node; those of its state always. */
  async show(node: string, ...fields: readonly string[]): Promise<ShownNode> {
    const usual = ['provision_state', 'target_provision_state', 'power_state', 'last_error']
    return await this.json<ShownNode>('node', 'show', node, '--fields', ...usual, ...fields)
  }

  /** Asks for a change of a node's provision state, and waits until the node has come to rest in the wanted one. */
  async bring(node: string, verb: string, wanted: string, ...more: readonly string[]): Promise<void> {
    await this.do('node', verb, node, ...more)
    await this.untilState(node, wanted)
  }

  async untilState(node: string, wanted: string, seconds = 60): Promise<void> {
    for (const deadline = performance.now() + seconds * 1000; ; ) {
      const shown = await this.show(node, 'reservation')
      if (shown.provision_state === wanted && shown.reservation === null) return
      if (performance.now() > deadline) throw new Error(`${node} is not in '${wanted}': ${JSON.stringify(shown)}`)
      await sleep(100)
    }
  }

  /** Names of the nodes that a list has, in its order. */
  async names(...filter: readonly string[]): Promise<(string | null)[]> {
    const nodes = await this.json<{ Name: string | null }[]>('node', 'list', ...filter)
    return nodes.map(({ Name }) => Name)
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #succeed(...argv: readonly string[]): Promise<ShellResult> {
    const result = await this.run(...argv)
    if (result.code !== 0) throw new Error(`openstack baremetal ${argv.join(' ')}: ${result.stderr}${result.stdout}`)
    return result
  }
}

/** Runs one command in a process of its own, as people do. */
export async function openstack(env: Record<string, string>, ...argv: readonly string[]): Promise<ShellResult> {
  const options = { env: { ...process.env, ...env } }
  try {
    return { code: 0, ...(await promisify(execFile)('/usr/bin/openstack', ['baremetal', ...argv], options)) }
  } catch (error) {
    return error as ShellResult
  }
}
