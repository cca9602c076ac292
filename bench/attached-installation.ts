import { Agent, request } from 'node:http'
import { AttachedBootring } from '../test/lab/ironic/attached-bootring.ts'
import type { Ini } from '../test/lab/ironic/ironic-config.ts'
import { IronicInstallation } from '../test/lab/ironic/ironic-installation.ts'
import type { MeasuredDatabase } from './attached-database.ts'
import type { SteadyRequest } from './attached-load.ts'
import type { AttachedBenchOptions } from './attached-options.ts'
import { bootPath, macOf } from './fleet.ts'
import { randomFrom } from './random.ts'

/** A node in `clean wait`, and the agent that runs on its machine. */
interface WaitingNode {
  uuid: string
  path: string
  mac: string
  token: string
}

/** Ironic's own defaults, where the laboratory has others to be quick. */
const usualIntervals: Ini = {
  DEFAULT: { hash_ring_reset_interval: 15 },
  conductor: { heartbeat_interval: 10, heartbeat_timeout: 60, sync_local_state_interval: 180 },
}

/** Kinds of requests to Ironic's API, and how many of them a second are its load. */
export const ironicLoad = { node: 10, lookup: 8, heartbeat: 5, page: 1 } as const
export type IronicRequest = keyof typeof ironicLoad

/** How many nodes a page has. */
export const nodesPerPage = 20

/** Probes of /readyz, as our manifests for Kubernetes have them. */
const secondsBetweenProbes = 5

const processNames = 5

/** A real Ironic with nodes, those who use it, and bootring beside it that comes and goes. */
export class MeasuredInstallation {
  readonly #ironic: IronicInstallation
  readonly #database: MeasuredDatabase
  readonly #seed: number
  readonly #all: readonly string[]
  readonly #waiting: readonly WaitingNode[]
  readonly #agent = new Agent({ keepAlive: true })
  #bootring: AttachedBootring | undefined
  #probes: string[] = []

  private constructor(
    ironic: IronicInstallation,
    database: MeasuredDatabase,
    seed: number,
    all: readonly string[],
    waiting: readonly WaitingNode[],
  ) {
    this.#ironic = ironic
    this.#database = database
    this.#seed = seed
    this.#all = all
    this.#waiting = waiting
  }

  /** Starts Ironic with one API and three conductors, and brings nodes into their states. */
  static async start(
    { configDriveKib, nodes, release, seed, waiting }: AttachedBenchOptions,
    database: MeasuredDatabase,
  ): Promise<MeasuredInstallation> {
    const ironic = await IronicInstallation.start({
      release,
      database: 'mariadb',
      databaseUrl: database.ironicUrl,
      conductors: [{}, {}, {}],
      ini: usualIntervals,
    })
    try {
      await database.grantBootring()
      const { client } = ironic
      const enrolled = await Promise.all(
        Array.from({ length: nodes }, async (_, index) => {
          const mac = macOf(index + 1)
          const { uuid } = await client.enrol(ironic.node(`node-${index + 1}`), [mac])
          await client.provision(uuid, 'manage')
          return { uuid, mac }
        }),
      )
      const all = enrolled.map(({ uuid }) => uuid)
      await client.waitForState(all, 'manageable', 120)
      const first = enrolled.slice(0, waiting)
      if (configDriveKib > 0) {
        const value = 'A'.repeat(configDriveKib * 1024)
        const patch = [{ op: 'add', path: '/instance_info/configdrive', value }] as const
        await Promise.all(first.map(({ uuid }) => client.update(uuid, patch)))
      }
      await Promise.all(first.map(({ uuid }) => client.provision(uuid, 'provide')))
      const uuids = first.map(({ uuid }) => uuid)
      await client.waitForState(uuids, 'clean wait', 120)
      // In maintenance a heartbeat is taken down and nothing comes of it: the nodes stay in their state.
      for (const uuid of uuids) await setMaintenance(ironic, uuid)
      const machines = await Promise.all(
        first.map(async ({ mac, uuid }) => ({ uuid, mac, path: bootPath(mac), token: await tokenOf(ironic, mac) })),
      )
      return new MeasuredInstallation(ironic, database, seed, all, machines)
    } catch (error) {
      await ironic.stop()
      throw error
    }
  }

  /** The paths of the boot scripts of all waiting machines. */
  get bootPaths(): string[] {
    return this.#waiting.map(({ path }) => path)
  }

  get bootringApis(): string[] {
    return (this.#bootring?.apis ?? []).map(({ host, port }) => `http://${host}:${port}`)
  }

  get bootringProcesses(): number {
    return processNames
  }

  /** Two APIs and a conductor beside each of Ironic's. */
  async attach(replicate = false): Promise<void> {
    const ini: Ini = { bootring: { replicate } }
    this.#bootring = await AttachedBootring.start(this.#ironic, { databaseUrl: this.#database.bootringUrl, ini })
    const conductors = [0, 1, 2].map((index) => `${this.#ironic.conductorHost(index).ip}:9386`)
    this.#probes = [...this.#bootring.apis.map(({ host }) => `${host}:9385`), ...conductors]
  }

  async detach(): Promise<void> {
    await this.#bootring?.stop()
    this.#bootring = undefined
    this.#probes = []
  }

  /** What calls Ironic's API all the time. */
  ironicRequests(): SteadyRequest[] {
    return (Object.keys(ironicLoad) as IronicRequest[]).map((name) => ({
      name,
      perSecond: ironicLoad[name],
      send: this.ironicRequest(name),
    }))
  }

  /** Makes one request of that kind, to a node after the other. */
  ironicRequest(name: IronicRequest): (index: number) => Promise<boolean> {
    const url = this.#ironic.apiUrl
    const waiting = (index: number) => this.#waiting[index % this.#waiting.length] as WaitingNode
    const any = (index: number) => this.#all[(index * 37) % this.#all.length]
    // Nodes are listed in the order of their enrolment, or nearly so: a whole page follows each of these.
    const marker = (index: number) => this.#all[(index * 37) % (this.#all.length - 2 * nodesPerPage)]
    const get = (path: string) => status(`${url}${path}`, { agent: this.#agent }).then((code) => code === 200)
    if (name === 'node') return (index) => get(`/v1/nodes/${any(index)}`)
    if (name === 'lookup') return (index) => get(`/v1/lookup?addresses=${waiting(index).mac}`)
    if (name === 'page') return (index) => get(`/v1/nodes/detail?limit=${nodesPerPage}&marker=${marker(index)}`)
    return async (index) => {
      const { token, uuid } = waiting(index)
      const body = { callback_url: 'https://127.0.0.1:9999', agent_version: '9.0.0', agent_token: token }
      return (await status(`${url}/v1/heartbeat/${uuid}`, { agent: this.#agent, body })) === 202
    }
  }

  /** Machines that boot: one drawn at random, from the APIs in turn, on a connection of its own as firmware does. */
  boots(perSecond: number): SteadyRequest {
    const random = randomFrom(this.#seed)
    const paths = this.bootPaths
    const apis = this.bootringApis
    return {
      name: 'boot',
      perSecond,
      async send(index) {
        const path = paths[Math.floor(random() * paths.length)]
        return (await status(`${apis[index % apis.length]}${path}`, { agent: false })) === 200
      },
    }
  }

  /** The probes of all of bootring's processes. */
  probes(): SteadyRequest {
    const all = this.#probes
    return {
      name: 'probe',
      perSecond: all.length / secondsBetweenProbes,
      async send(index) {
        return (await status(`http://${all[index % all.length]}/readyz`, { agent: false })) === 200
      },
    }
  }

  /** How many of the nodes that should wait do so. */
  async stillWaiting(): Promise<number> {
    const waiting = new Set(this.#waiting.map(({ uuid }) => uuid))
    const nodes = await this.#ironic.client.nodes()
    return nodes.filter((node) => waiting.has(node.uuid) && node.provision_state === 'clean wait').length
  }

  /** The last output of everything, to be shown when something fails. */
  logs(): string {
    return `${this.#ironic.logs()}\n${this.#bootring?.logs() ?? ''}`
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await this.detach()
    await this.#ironic.stop()
  }
}

/** The secret that Ironic gives to the agent that asks first. */
async function tokenOf(ironic: IronicInstallation, mac: string): Promise<string> {
  const answer = await fetch(`${ironic.apiUrl}/v1/lookup?addresses=${mac}`, { headers: versionHeader })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Ironic did not find ${mac}: ${answer.status} ${text}`)
  return (JSON.parse(text) as { config: { agent_token: string } }).config.agent_token
}

async function setMaintenance(ironic: IronicInstallation, uuid: string): Promise<void> {
  const url = `${ironic.apiUrl}/v1/nodes/${uuid}/maintenance`
  const answer = await fetch(url, { method: 'PUT', headers: versionHeader })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Ironic did not set maintenance: ${answer.status} ${text}`)
}

const versionHeader = { 'X-OpenStack-Ironic-API-Version': '1.82' }

/** The status of an answer whose body has been read to its end. */
function status(url: string, { agent, body }: { agent: Agent | false; body?: unknown }): Promise<number> {
  return new Promise((resolve, reject) => {
    const data = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      ...versionHeader,
      ...(data === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) }),
    }
    const method = data === undefined ? 'GET' : 'POST'
    const sent = request(url, { agent, method, headers, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')))
    sent.on('error', reject)
    sent.end(data)
  })
}
