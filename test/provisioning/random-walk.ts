import { setTimeout as pause } from 'node:timers/promises'
import { BootringError } from '../../src/model/errors.ts'
import type { Database } from '../../src/model/stores.ts'
import { isWorkingState } from '../../src/model/transitions.ts'
import type { World } from './chaotic-hardware.ts'
import { MortalConductor } from './mortal-conductor.ts'

/** What whoever asks for the impossible is told, or asks at the wrong time. */
const expected: ReadonlySet<string> = new Set([
  'ConductorReplaced',
  'InvalidParameter',
  'InvalidStateRequested',
  'NodeInMaintenance',
  'NodeLocked',
  'NotFound',
  'WrongState',
])

export interface Walk {
  database: Database
  world: World
  nodes: readonly string[]
  /** Things that happen. */
  steps: number
}

export interface WalkReport {
  /** How often each thing has happened. */
  happened: Record<string, number>
  /** Nodes for which there was no way out. */
  stuck: string[]
}

const names = ['cond-1', 'cond-2', 'cond-3']
const context = { requestId: 'req-walk' }
const steps = [{ interface: 'deploy', step: 'erase_devices' }]

/** A few conductors that are asked for anything at any time, and that die, return, and lose their sessions meanwhile. */
export class RandomWalk {
  readonly #walk: Walk
  readonly #happened: Record<string, number> = {}
  readonly #tokens = new Map<string, string>()
  /** Under way still: nobody waits for whoever is dead, and who replaces it comes later. */
  readonly #replacements: Promise<void>[] = []
  #conductors: MortalConductor[] = []

  constructor(walk: Walk) {
    this.#walk = walk
  }

  async run(): Promise<WalkReport> {
    const { database, steps: count, world } = this.#walk
    for (const name of names) this.#conductors.push(await MortalConductor.start(name, database, world))
    const walkers = Array.from({ length: 6 }, async () => {
      for (let step = 0; step < count / 6; step += 1) await this.#step()
    })
    await Promise.all(walkers)
    world.isFaulty = false
    await Promise.all(this.#replacements)
    const stuck: string[] = []
    for (const node of this.#walk.nodes) {
      const where = await this.#bringHome(node)
      if (where !== undefined) stuck.push(`${node}: ${where}`)
    }
    return { happened: this.#happened, stuck }
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#walk.world.random() * from.length)] as T
  }

  async #anyUp(): Promise<MortalConductor> {
    while (true) {
      const up = this.#conductors.filter(({ isUp }) => isUp)
      if (up.length > 0) return this.#pick(up)
      await pause(5)
    }
  }

  async #step(): Promise<void> {
    const node = this.#pick(this.#walk.nodes)
    const conductor = await this.#anyUp()
    const { handlers } = conductor
    const verb = (action: string) => () => handlers.do_provisioning_action({ node_id: node, action }, context)
    const deploy = (rebuild: boolean) => () => handlers.do_node_deploy({ node_id: node, rebuild }, context)
    const things: [number, string, () => Promise<unknown>][] = [
      [10, 'manage', verb('manage')],
      [10, 'provide', verb('provide')],
      [4, 'adopt', verb('adopt')],
      [6, 'abort', verb('abort')],
      [1, 'unhold', verb('unhold')],
      [12, 'deploy', deploy(false)],
      [2, 'rebuild', deploy(true)],
      [6, 'delete', () => handlers.do_node_tear_down({ node_id: node }, context)],
      [
        4,
        'clean',
        () => handlers.do_node_clean({ node_id: node, clean_steps: steps, disable_ramdisk: false }, context),
      ],
      [
        4,
        'service',
        () => handlers.do_node_service({ node_id: node, service_steps: steps, disable_ramdisk: false }, context),
      ],
      [5, 'rescue', () => handlers.do_node_rescue({ node_id: node, rescue_password: 'secret' }, context)],
      [4, 'unrescue', () => handlers.do_node_unrescue({ node_id: node }, context)],
      [4, 'inspect', () => handlers.inspect_hardware({ node_id: node }, context)],
      [12, 'heartbeat', () => this.#heartbeat(conductor, node)],
      [
        4,
        'inventory',
        () => handlers.continue_inspection({ node_id: node, inventory: { cpu: 1 }, plugin_data: {} }, context),
      ],
      [3, 'time-outs', () => conductor.checkWaits()],
      [5, 'taking up', () => conductor.takeUp()],
      [2, 'power', () => conductor.syncPower()],
      [2, 'kill', async () => this.#kill(conductor)],
      [1, 'retire', async () => this.#retire(conductor)],
      [3, 'time', () => pause(20)],
    ]
    let at = this.#walk.world.random() * things.reduce((sum, [weight]) => sum + weight, 0)
    const [, name, work] = things.find(([weight]) => {
      at -= weight
      return at < 0
    }) as (typeof things)[number]
    await this.#attempt(name, conductor, work)
  }

  /** Nobody waits for an answer of one that is dead. */
  async #attempt(name: string, conductor: MortalConductor, work: () => Promise<unknown>): Promise<void> {
    const patience = new AbortController()
    const dead = (async () => {
      while (!conductor.process.isDead && !patience.signal.aborted) await pause(5)
    })()
    try {
      await Promise.race([work(), dead])
      this.#happened[name] = (this.#happened[name] ?? 0) + 1
    } catch (error) {
      if (!(error instanceof BootringError) || !expected.has(error.code)) {
        this.#walk.world.violations.push(`${name}: ${error instanceof Error ? (error.stack ?? '') : error}`)
      }
    } finally {
      patience.abort()
    }
  }

  async #heartbeat({ handlers }: MortalConductor, node: string): Promise<void> {
    const { agent_token } = await handlers.get_node_with_token({ node_id: node }, context)
    if (agent_token !== '******') this.#tokens.set(node, agent_token)
    const token = this.#tokens.get(node) ?? 'none'
    await handlers.heartbeat(
      { node_id: node, callback_url: 'http://192.0.2.1:9999', agent_token: token, agent_version: '11.0.0' },
      context,
    )
  }

  #kill(conductor: MortalConductor): void {
    if (!conductor.isUp) return
    conductor.kill()
    this.#replace(conductor)
  }

  /** Goes on, and does not know that its session is over. */
  #retire(conductor: MortalConductor): void {
    if (conductor.isUp) this.#replace(conductor)
  }

  /** Some time later another process bears the name. */
  #replace(conductor: MortalConductor): void {
    const { database, world } = this.#walk
    const replacement = async () => {
      await conductor.retire()
      await pause(world.random() * 60)
      const next = await MortalConductor.start(conductor.hostname, database, world)
      this.#conductors = this.#conductors.map((one) => (one === conductor ? next : one))
    }
    this.#replacements.push(replacement())
  }

  /** To `manageable`, by what an operator has: verbs, and patience. Where that is not reached: in which state it stays. */
  async #bringHome(node: string): Promise<string | undefined> {
    const { database } = this.#walk
    const conductor = this.#conductors[0] as MortalConductor
    let row = await database.management.node(node)
    for (let tries = 0; tries < 400 && row !== undefined; tries += 1) {
      const state = row.provision_state ?? ''
      if (row.reservation === null && state === 'manageable') return undefined
      const isInMaintenance = row.maintenance
      for (const one of this.#conductors) {
        if (isWorkingState(state)) await one.takeUp()
        else if (state.endsWith('wait') || state === 'wait call-back') await one.checkWaits()
      }
      await this.#attempt('way out', conductor, async () => {
        const gone = [
          'active',
          'rescue',
          'error',
          'deploy failed',
          'rescue failed',
          'unrescue failed',
          'service failed',
        ]
        if (gone.includes(state)) await conductor.handlers.do_node_tear_down({ node_id: node }, context)
        // In maintenance no time-out sees to it.
        else if (/wait/.test(state) && isInMaintenance)
          await conductor.handlers.do_provisioning_action({ node_id: node, action: 'abort' }, context)
        else if (!isWorkingState(state) && !/wait/.test(state))
          await conductor.handlers.do_provisioning_action({ node_id: node, action: 'manage' }, context)
      })
      await pause(10)
      row = await database.management.node(node)
    }
    return `${row?.provision_state}, reserved by ${row?.reservation}`
  }
}
