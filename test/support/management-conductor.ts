import { BootFilesFollow } from '../../src/conductor/boot-files/boot-files-follow.ts'
import { LiveSession } from '../../src/conductor/membership/live-session.ts'
import { managementHandlers } from '../../src/conductor/methods/management-handlers.ts'
import { ExclusiveTasks } from '../../src/conductor/tasks/exclusive-tasks.ts'
import { NodeTasks } from '../../src/conductor/tasks/node-tasks.ts'
import { Workers } from '../../src/conductor/tasks/workers.ts'
import { OwnNodes } from '../../src/conductor/upkeep/own-nodes.ts'
import { BootInterface } from '../../src/drivers/boot/boot-interface.ts'
import { HardwareRegistry } from '../../src/drivers/hardware-registry.ts'
import { hardwareTypes } from '../../src/drivers/hardware-types.ts'
import type { ConductorSession } from '../../src/model/conductor.ts'
import type { NodeWithPorts } from '../../src/model/node.ts'
import { type InterfaceType, interfaceTypes, type NodeChanges, type NodeRecord } from '../../src/model/records.ts'
import type { Database } from '../../src/model/stores.ts'
import { FleetRings } from '../../src/ring/fleet-rings.ts'
import type { MethodName, Params, Result } from '../../src/rpc/shapes.ts'
import { recordingLogger } from './recording-logger.ts'

const context = { requestId: 'req-test' }
const heartbeatTimeoutSeconds = 600

export interface ManagementConductorOptions {
  hostname?: string
  types?: readonly string[]
  workers?: number
  mayDeleteAvailable?: boolean
  /** Of a node that somebody holds. */
  attempts?: number
}

/** What a boot interface was told: `prepare 52:54:… 52:54:…`, `clean up`. */
export class RecordingBoot extends BootInterface {
  readonly calls: string[] = []
  override async prepare({ ports }: NodeWithPorts): Promise<void> {
    this.calls.push(['prepare', ...ports.map(({ address }) => address)].join(' '))
  }
  override async cleanUp(): Promise<void> {
    this.calls.push('clean up')
  }
}

/** A conductor's methods of management over a real database, with a real registry of hardware; boot files apart. */
export class ManagementConductor {
  readonly database: Database
  readonly session: ConductorSession
  readonly log = recordingLogger()
  readonly boot: RecordingBoot
  readonly tasks: NodeTasks
  readonly own: OwnNodes
  readonly #workers: Workers
  readonly #bootFiles: BootFilesFollow
  readonly #handlers: ReturnType<typeof managementHandlers>

  static async register(database: Database, options: ManagementConductorOptions = {}): Promise<ManagementConductor> {
    const { hostname = 'c1', types = Object.keys(hardwareTypes) } = options
    const boot = new RecordingBoot('ipxe')
    const hardware = new HardwareRegistry({ enabled: everything(types), bootInterfaceOf: () => boot })
    const session = await database.conductors.register(hostname, '', hardware.rows())
    return new ManagementConductor(database, session, hardware, boot, options)
  }

  private constructor(
    database: Database,
    session: ConductorSession,
    hardware: HardwareRegistry,
    boot: RecordingBoot,
    { attempts = 2, hostname = 'c1', mayDeleteAvailable = true, workers = 4 }: ManagementConductorOptions,
  ) {
    const live = new LiveSession(session)
    const sessions = { live, doubt: () => live.end() }
    const { log } = this
    this.database = database
    this.session = session
    this.boot = boot
    this.#workers = new Workers(workers)
    this.tasks = new NodeTasks({
      store: database.management,
      hardwareOf: (node) => hardware.hardwareOf(node),
      keepsHistory: true,
      log,
      exclusive: new ExclusiveTasks(database.reservations, sessions),
      retry: { attempts, intervalSeconds: 0.01 },
      workers: this.#workers,
    })
    const shape = {
      resetIntervalSeconds: 0,
      heartbeatTimeoutSeconds,
      partitionExponent: 5,
      algorithm: 'md5' as const,
    }
    const rings = new FleetRings(database.conductors, shape)
    this.own = new OwnNodes({ hostname, rings, management: database.management })
    const remove = () => boot.cleanUp()
    this.#bootFiles = new BootFilesFollow({ tasks: this.tasks, rings, hostname, remove, log })
    this.#handlers = managementHandlers({
      tasks: this.tasks,
      store: database.management,
      sessions,
      hardware,
      rings,
      bootFiles: this.#bootFiles,
      softPowerOffTimeoutSeconds: 600,
      mayDeleteAvailable,
      log,
    })
  }

  /** Calls a method as an API would, and waits for what it does in the background. */
  async call<M extends MethodName & keyof ReturnType<typeof managementHandlers>>(
    method: M,
    params: Params<M>,
  ): Promise<Result<M>> {
    const handler = this.#handlers[method] as (params: Params<M>, call: typeof context) => Promise<Result<M>>
    const result = await handler(params, context)
    await this.idle()
    return result
  }

  async idle(): Promise<void> {
    await this.#workers.idle()
    await this.#bootFiles.idle()
  }

  /** Puts a node into a row as it stands, past all rules. */
  async row(changes: NodeChanges & { uuid: string }): Promise<NodeRecord> {
    const { uuid, ...rest } = changes
    const { management, reservations } = this.database
    if (!(await management.node(uuid))) await this.call('create_node', { node: { uuid, driver: 'fake-hardware' } })
    await reservations.reserve(uuid, this.session)
    return await management.writeNode(uuid, this.session, { changes: rest, release: true })
  }

  async node(uuid: string): Promise<NodeRecord> {
    const node = await this.database.management.node(uuid)
    if (!node) throw new Error(`no node ${uuid}`)
    return node
  }

  /** Of a node, oldest first. */
  async history(uuid: string): Promise<string[]> {
    const { id } = await this.node(uuid)
    const entries = await this.database.management.history(id, { limit: 100 })
    return entries.map(({ event, event_type, severity }) => `${severity} ${event_type}: ${event}`).reverse()
  }
}

function everything(types: readonly string[]) {
  const names = (type: InterfaceType) => [
    ...new Set(Object.values(hardwareTypes).flatMap((offers): readonly string[] => offers[type])),
  ]
  const interfaces = Object.fromEntries(interfaceTypes.map((type) => [type, names(type)])) as Record<
    InterfaceType,
    string[]
  >
  return { types, interfaces, defaults: {} }
}
