import { LiveSession } from '../../src/conductor/membership/live-session.ts'
import { provisioningHandlers } from '../../src/conductor/methods/provisioning-handlers.ts'
import { Provisioning } from '../../src/conductor/provision/provisioning.ts'
import { buildWorks } from '../../src/conductor/provision/works.ts'
import { ExclusiveTasks } from '../../src/conductor/tasks/exclusive-tasks.ts'
import { NodeTasks } from '../../src/conductor/tasks/node-tasks.ts'
import { Workers } from '../../src/conductor/tasks/workers.ts'
import { OwnNodes } from '../../src/conductor/upkeep/own-nodes.ts'
import { pickUp } from '../../src/conductor/upkeep/pick-up.ts'
import { PowerSync } from '../../src/conductor/upkeep/sync-power.ts'
import { checkWaitTimeouts } from '../../src/conductor/upkeep/wait-timeouts.ts'
import type { ConductorSession } from '../../src/model/conductor.ts'
import type { ManagementReader, ManagementWriter } from '../../src/model/management-stores.ts'
import type { ProvisionState } from '../../src/model/provision-states.ts'
import type { Database } from '../../src/model/stores.ts'
import { FleetRings } from '../../src/ring/fleet-rings.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { chaoticHardware, type ProcessState, type World, whileAlive } from './chaotic-hardware.ts'

const waits = ['wait call-back', 'clean wait', 'rescue wait', 'inspect wait', 'service wait'] as const
const timeoutSeconds = 0.1
const interfaces = [{ hardwareType: 'fake-hardware', interfaceType: 'boot', interfaceName: 'ipxe', isDefault: true }]

/** What provisions nodes, of a conductor: over a real database, in a process that can die between any two of its steps. */
export class MortalConductor {
  readonly hostname: string
  readonly handlers: ReturnType<typeof provisioningHandlers>
  readonly checkWaits: () => Promise<void>
  readonly takeUp: () => Promise<void>
  readonly syncPower: () => Promise<void>
  readonly process: ProcessState
  readonly workers = new Workers(50)
  readonly #database: Database
  readonly #session: ConductorSession

  static async start(hostname: string, database: Database, world: World): Promise<MortalConductor> {
    const session = await database.conductors.register(hostname, '', interfaces)
    return new MortalConductor(hostname, session, database, world)
  }

  private constructor(hostname: string, session: ConductorSession, database: Database, world: World) {
    this.hostname = hostname
    this.process = { name: `${hostname} ${session.token.slice(0, 8)}`, isDead: false, isOver: false }
    this.#database = database
    this.#session = session
    const live = new LiveSession(session)
    const sessions = { live, doubt: () => live.end() }
    const store = mortal(database.management, this.process)
    const log = recordingLogger()
    const hardware = chaoticHardware(world, this.process)
    const tasks = new NodeTasks({
      store,
      hardwareOf: () => hardware,
      keepsHistory: true,
      log,
      exclusive: new ExclusiveTasks(mortal(database.reservations, this.process), sessions),
      retry: { attempts: 2, intervalSeconds: 0.005 },
      workers: this.workers,
    })
    const provisioning = new Provisioning(buildWorks({ automatedClean: true }))
    const rings = new FleetRings(database.conductors, {
      algorithm: 'md5',
      partitionExponent: 5,
      resetIntervalSeconds: 0,
      heartbeatTimeoutSeconds: 600,
    })
    const upkeep = { own: new OwnNodes({ hostname, rings, management: store }), log }
    const timeouts = new Map<ProvisionState, number>(waits.map((state) => [state, timeoutSeconds]))
    const power = new PowerSync(upkeep, tasks, { force: true, maxRetries: 2, workers: 4 })
    this.handlers = provisioningHandlers(tasks, provisioning)
    this.checkWaits = checkWaitTimeouts(upkeep, tasks, provisioning, timeouts)
    this.takeUp = pickUp(upkeep, tasks, provisioning)
    this.syncPower = () => power.run()
  }

  get isUp(): boolean {
    return !this.process.isDead && !this.process.isOver
  }

  async enrol(uuid: string): Promise<void> {
    await this.#database.management.createNode({ uuid, driver: 'fake-hardware' }, this.#session)
  }

  /** Between two of its steps, wherever it is. */
  kill(): void {
    this.process.isDead = true
  }

  /** Takes it off, as others do with one that is silent: it may go on all the same, and does not know. */
  async retire(): Promise<void> {
    // From here on: whoever reserves a node of its own does so after that.
    this.process.isOver = true
    await this.#database.conductors.unregister(this.#session)
  }
}

type Stores = (ManagementReader & ManagementWriter) | Database['reservations']

/** The stores as a process sees them: what it asks for is carried out, but it may not live to see it. */
function mortal<S extends Stores>(store: S, process: ProcessState): S {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...parameters: unknown[]) => whileAlive(process, async () => member.apply(target, parameters))
    },
  })
}
