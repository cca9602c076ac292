import { setTimeout as pause } from 'node:timers/promises'
import { buildHardware } from '../../src/commands/wiring/build-hardware.ts'
import { type BuiltProvisioning, buildProvisioning } from '../../src/commands/wiring/build-provisioning.ts'
import { LiveSession } from '../../src/conductor/membership/live-session.ts'
import { loadConfig } from '../../src/config/load.ts'
import { BootInterface } from '../../src/drivers/boot/boot-interface.ts'
import type { ConductorSession } from '../../src/model/conductor.ts'
import type { NodeWithPorts } from '../../src/model/node.ts'
import type { NodeRecord } from '../../src/model/records.ts'
import type { Database } from '../../src/model/stores.ts'
import { FleetRings } from '../../src/ring/fleet-rings.ts'
import type { MethodName, Params, Result } from '../../src/rpc/shapes.ts'
import { recordingLogger } from './recording-logger.ts'

const context = { requestId: 'req-test' }

/** Notes for which state each node was prepared; any name. */
class NotingBoot extends BootInterface {
  readonly prepared: string[] = []
  override async prepare({ provisionState }: NodeWithPorts): Promise<void> {
    this.prepared.push(provisionState ?? 'null')
  }
}

/** What manages nodes of a conductor, as its options say, over a real database; without servers, rings of its own. */
export class ProvisioningConductor {
  readonly database: Database
  readonly built: BuiltProvisioning
  readonly log = recordingLogger()
  readonly boot = new NotingBoot('ipxe')
  readonly session: ConductorSession

  static async register(database: Database, hostname = 'c1', env: Record<string, string> = {}) {
    const { config } = loadConfig({ files: [], env })
    const offers = buildHardware(config, () => new BootInterface('ipxe')).rows()
    const session = await database.conductors.register(hostname, '', offers)
    return new ProvisioningConductor(database, session, env)
  }

  private constructor(database: Database, session: ConductorSession, env: Record<string, string>) {
    const { config } = loadConfig({ files: [], env })
    const live = new LiveSession(session)
    this.database = database
    this.session = session
    this.built = buildProvisioning({
      config,
      database,
      hardware: buildHardware(config, () => this.boot),
      hostname: session.hostname,
      rings: new FleetRings(database.conductors, {
        algorithm: 'md5',
        partitionExponent: 5,
        resetIntervalSeconds: 0,
        heartbeatTimeoutSeconds: 600,
      }),
      sessions: { live, doubt: () => live.end() },
      removeBootFiles: async () => undefined,
      log: this.log,
    })
  }

  /** Calls a method as an API would, and waits for what goes on in the background. */
  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    const result = await this.callOnly(method, params)
    await this.built.workers.idle()
    return result
  }

  async callOnly<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    const handler = (this.built.handlers as Record<string, unknown>)[method] as (
      params: Params<M>,
      call: typeof context,
    ) => Promise<Result<M>>
    return await handler(params, context)
  }

  async act(uuid: string, action: string): Promise<void> {
    await this.call('do_provisioning_action', { node_id: uuid, action })
  }

  /** One pass of something that it sees to from time to time. */
  async upkeep(name: string): Promise<void> {
    await this.built.upkeep.find((task) => task.name === name)?.run()
    await this.built.workers.idle()
  }

  /** A node with a port, in the state `enroll`. */
  async enrol(uuid: string, node: Record<string, unknown> = {}): Promise<void> {
    await this.call('create_node', { node: { uuid, driver: 'fake-hardware', ...node } })
    const address = `52:54:00:${uuid.slice(-6).replaceAll(/(..)(?=.)/g, '$1:')}`
    await this.call('create_port', { node_id: uuid, port: { address } })
  }

  async node(uuid: string): Promise<NodeRecord> {
    const node = await this.database.management.node(uuid)
    if (!node) throw new Error(`no node ${uuid}`)
    return node
  }

  async state(uuid: string): Promise<string | null> {
    return (await this.node(uuid)).provision_state
  }

  /** Writes into the row, past all rules. */
  async set(uuid: string, changes: Parameters<Database['management']['writeNode']>[2]['changes']): Promise<void> {
    const { management, reservations } = this.database
    await reservations.reserve(uuid, this.session)
    await management.writeNode(uuid, this.session, { ...(changes ? { changes } : {}), release: true })
  }

  /** The agent boots, looks its node up, and calls for the first time. */
  async agentBoots(uuid: string): Promise<string> {
    const { agent_token } = await this.call('get_node_with_token', { node_id: uuid })
    await this.beat(uuid, agent_token)
    return agent_token
  }

  async beat(uuid: string, agent_token: string): Promise<void> {
    const callback_url = 'https://192.0.2.7:9999'
    await this.call('heartbeat', { node_id: uuid, callback_url, agent_token, agent_version: '11.0.0' })
  }

  /** Of a node, oldest first, by the states that it went to. */
  async way(uuid: string): Promise<string[]> {
    const { id } = await this.node(uuid)
    const entries = await this.database.management.history(id, { limit: 1000 })
    return entries
      .filter(({ event_type }) => event_type === 'transition')
      .map(({ event }) => /to "(.*?)"/.exec(event)?.[1] ?? event)
      .reverse()
  }

  /** Until the database's clock says that so much has passed. */
  async wait(seconds: number): Promise<void> {
    await pause(seconds * 1000)
  }
}
