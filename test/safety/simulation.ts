import { randomFrom } from '../../bench/random.ts'
import { BootDecision } from '../../src/api/boot/boot-decision.ts'
import { BootringError } from '../../src/model/errors.ts'
import { waitStates } from '../../src/model/provision-states.ts'
import { Membership } from '../../src/ring/membership.ts'
import type { ConductorClient } from '../../src/rpc/contract.ts'
import type { Params, Result } from '../../src/rpc/shapes.ts'
import { fleetNode, mac } from '../support/fleet-node.ts'
import type { Event, History, ServedScript } from './history.ts'
import { recordedStores } from './recorded-stores.ts'
import { SimClock } from './sim-clock.ts'
import { ringsOf, type SimConductor, startSimConductor, times } from './sim-conductor.ts'
import { SimDatabase, type SimDatabaseOptions } from './sim-database.ts'
import { SimProcess } from './sim-process.ts'

export interface SimulationOptions {
  seed: number
  hours: number
  reservations?: SimDatabaseOptions['reservations']
}

export interface Outcome {
  history: History
  /** Faults by their names, and how often each has struck. */
  faults: Record<string, number>
  requests: number
  /** How long a node was held at most by a process that was dead or stopped, while others could see to it. */
  longestDeadLockSeconds: number
  /** What was not as it must be in the end, when everything had been well for some time. */
  unsettled: string[]
}

const groups = ['', '', '', 'rack1', 'rack1']
const nodeCount = 40
const states = ['wait call-back', 'clean wait', 'active', 'available', 'deploying']
const uuidOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const settleSeconds = 900

interface Host {
  readonly hostname: string
  group: string
  readonly disk: Set<string>
  current: SimConductor | undefined
}

/** A fleet of real conductors on a simulated clock, in which something breaks every minute or two. */
export class Simulation {
  readonly #random: () => number
  readonly #clock = new SimClock()
  readonly #database: SimDatabase
  readonly #hours: number
  readonly #events: Event[] = []
  readonly #scripts: ServedScript[] = []
  readonly #hosts: Host[]
  readonly #faults: Record<string, number> = {}
  readonly #deadSince = new Map<string, number>()
  #requests = 0
  #longestDeadLockSeconds = 0
  #faulty = true

  private constructor(database: SimDatabase, clock: SimClock, random: () => number, hours: number) {
    this.#database = database
    this.#clock = clock
    this.#random = random
    this.#hours = hours
    this.#hosts = groups.map((group, index) => ({
      hostname: `cond-${index + 1}`,
      group,
      disk: new Set<string>(),
      current: undefined,
    }))
  }

  static async run({ hours, reservations, seed }: SimulationOptions): Promise<Outcome> {
    const random = randomFrom(seed)
    const clock = new SimClock()
    const database = await SimDatabase.open({ clock, random, ...(reservations ? { reservations } : {}) })
    try {
      return await new Simulation(database, clock, random, hours).#run()
    } finally {
      await database.close()
    }
  }

  async #run(): Promise<Outcome> {
    await this.#load()
    for (const host of this.#hosts) this.#start(host)
    this.#every(5, () => this.#lookForDeadLocks())
    this.#every(4, () => this.#changeState())
    this.#every(30, () => this.#moveNode())
    for (let api = 0; api < 2; api += 1) this.#serve()
    this.#every(75, () => this.#strike())
    this.#every(20, () => this.#supervise())
    await this.#clock.run(this.#hours * 3_600_000)
    this.#faulty = false
    this.#heal()
    await this.#clock.run(settleSeconds * 1000)
    return {
      history: { events: this.#events, scripts: this.#scripts },
      faults: this.#faults,
      requests: this.#requests,
      longestDeadLockSeconds: this.#longestDeadLockSeconds,
      unsettled: await this.#unsettled(),
    }
  }

  async #load(): Promise<void> {
    const fleet = Array.from({ length: nodeCount }, (_, index) =>
      fleetNode({
        uuid: uuidOf(index),
        name: `n${index}`,
        conductorGroup: index % 3 === 2 ? 'rack1' : '',
        provisionState: 'wait call-back',
        ports: [{ address: mac(index), pxeEnabled: true }],
      }),
    )
    await this.#database.stores.fleet.apply(fleet, { prune: false, dryRun: false })
    for (const { uuid = '' } of fleet) this.#events.push({ at: 0, kind: 'state', node: uuid, state: 'wait call-back' })
  }

  /** A new process on this host; the one before goes on where it has not ended. */
  #start(host: Host): void {
    const rate = 0.95 + this.#random() * 0.1
    const process = new SimProcess(this.#clock, { rate, offset: this.#random() * 10_000_000 })
    const stores = recordedStores(this.#database, process, this.#clock, this.#events)
    const started = startSimConductor(host.hostname, host.group, process, stores, host.disk, this.#random)
    host.current = started
    started.conductor.start().catch(() => process.kill())
    started.conductor.replaced.catch(() => process.kill())
  }

  /** Who starts processes that have ended. */
  #supervise(): void {
    for (const host of this.#hosts) {
      if (host.current?.process.state !== 'dead') continue
      if (this.#faulty && this.#random() < 0.5) continue
      this.#start(host)
    }
  }

  /** One of many things goes wrong. At least two conductors are left alone, so that the others have successors. */
  #strike(): void {
    if (!this.#faulty) return
    const running = this.#hosts.filter((host) => host.current?.process.state === 'running')
    const host = running[Math.floor(this.#random() * running.length)]
    if (host?.current === undefined || running.length <= 2) return
    const { current } = host
    const seconds = 5 + this.#random() * 150
    const faults: Record<string, () => void> = {
      stop: () => this.#stopFor(current, seconds),
      'stop while it works': () => this.#whenItWorks(host, () => this.#stopFor(current, seconds)),
      'stop and replace': () =>
        this.#whenItWorks(host, () => {
          this.#stopFor(current, seconds)
          this.#clock.after(1000 * this.#random() * seconds, () => {
            if (host.current === current) this.#start(host)
          })
        }),
      kill: () => current.process.kill(),
      'kill while it works': () => this.#whenItWorks(host, () => current.process.kill()),
      'kill and restart at once': () => {
        current.process.kill()
        this.#start(host)
      },
      leave: () =>
        void current.conductor
          .leave()
          .finally(() => current.process.kill())
          .catch(() => undefined),
      'other group': () => {
        host.group = this.#random() < 0.5 ? '' : 'rack1'
        current.process.kill()
        this.#start(host)
      },
      drain: () => {
        const { stores } = this.#database
        void this.#database.do(() => stores.conductors.setDraining(host.hostname, this.#random() < 0.7))
      },
      'slow database': () => this.#troubleDatabase('slowMilliseconds', 20_000 + this.#random() * 30_000, 5, 45),
      'database away': () => this.#troubleDatabase('isDown', true, false, 40),
    }
    const names = Object.keys(faults)
    const name = names[Math.floor(this.#random() * names.length)] ?? 'stop'
    this.#faults[name] = (this.#faults[name] ?? 0) + 1
    faults[name]?.()
  }

  #troubleDatabase<K extends 'slowMilliseconds' | 'isDown'>(
    key: K,
    during: SimDatabase[K],
    after: SimDatabase[K],
    seconds: number,
  ): void {
    this.#database[key] = during
    this.#clock.after(seconds * 1000, () => {
      this.#database[key] = after
    })
  }

  #stopFor({ process }: SimConductor, seconds: number): void {
    process.stop()
    this.#clock.after(seconds * 1000, () => process.continue())
  }

  /** In the middle of a task, where there is one within a minute. */
  #whenItWorks(host: Host, work: () => void, tries = 60): void {
    void this.#reserved().then((held) => {
      if (held.some(({ reservation }) => reservation === host.hostname) || tries === 0) work()
      else this.#clock.after(1000, () => this.#whenItWorks(host, work, tries - 1))
    })
  }

  #heal(): void {
    this.#database.isDown = false
    this.#database.slowMilliseconds = 5
    for (const { current, hostname } of this.#hosts) {
      current?.process.continue()
      void this.#database.do(() => this.#database.stores.conductors.setDraining(hostname, false))
    }
    this.#supervise()
  }

  #every(seconds: number, work: () => unknown): void {
    this.#clock.after(seconds * 1000 * (0.5 + this.#random()), () => {
      work()
      this.#every(seconds, work)
    })
  }

  async #changeState(): Promise<void> {
    if (!this.#faulty) return
    const node = uuidOf(Math.floor(this.#random() * nodeCount))
    const state = states[Math.floor(this.#random() * states.length)] ?? 'active'
    await this.#database.do(async () => {
      const { write } = this.#database.engine
      await write.updateTable('nodes').set({ provision_state: state }).where('uuid', '=', node).execute()
      this.#events.push({ at: this.#clock.now, kind: 'state', node, state })
    })
  }

  /** To the other group: another conductor has to take it over. */
  async #moveNode(): Promise<void> {
    if (!this.#faulty) return
    const node = uuidOf(Math.floor(this.#random() * nodeCount))
    const group = this.#random() < 0.5 ? '' : 'rack1'
    await this.#database.do(async () => {
      const { write } = this.#database.engine
      await write.updateTable('nodes').set({ conductor_group: group }).where('uuid', '=', node).execute()
    })
  }

  /** An API, which machines ask all the time. */
  #serve(): void {
    const process = new SimProcess(this.#clock, { offset: this.#random() * 10_000_000 })
    const stores = recordedStores(this.#database, process, this.#clock, this.#events)
    const conductors: ConductorClient = {
      call: async (hostname, _method, params, context) => {
        const answer = this.#ask(hostname, params as Params<'get_boot_config'>, context.requestId)
        return (await answer) as Result<typeof _method>
      },
    }
    const decision = new BootDecision({
      nodes: stores.nodes,
      rings: ringsOf(stores, process),
      conductors,
      restrictBootConfig: true,
      // Of the real clock: the simulated one sees to the time-outs.
      attemptTimeoutSeconds: 3600,
      totalTimeoutSeconds: 3600,
      hedgeShare: 0,
      retryShare: 1,
      now: () => this.#clock.now,
    })
    this.#every(3, async () => {
      const index = Math.floor(this.#random() * nodeCount)
      const beganAt = this.#clock.now
      this.#requests += 1
      const { outcome } = await decision.decide(mac(index), 'boot.ipxe', `req-${this.#requests}`)
      if (outcome === 'served') this.#scripts.push({ node: uuidOf(index), beganAt, endedAt: this.#clock.now })
    })
  }

  #ask(hostname: string, params: Params<'get_boot_config'>, requestId: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const unreachable = () => reject(new BootringError('ConductorUnreachable', hostname))
      const asked = this.#hosts.find((host) => host.hostname === hostname)?.current
      const isDead = asked === undefined || asked.process.state === 'dead'
      this.#clock.after(isDead ? 1 : 2_000, unreachable)
      void asked?.process
        .running()
        .then(() => asked.conductor.handlers.get_boot_config(params, { requestId }))
        .then(resolve, reject)
    })
  }

  async #reserved(): Promise<{ uuid: string; reservation: string | null }[]> {
    return await this.#database.do(() =>
      this.#database.engine.write
        .selectFrom('nodes')
        .select(['uuid', 'reservation'])
        .where('reservation', 'is not', null)
        .execute(),
    )
  }

  async #lookForDeadLocks(): Promise<void> {
    const held = await this.#reserved()
    const clear = !this.#database.isDown && this.#database.slowMilliseconds < 1000
    const locks = new Set<string>()
    for (const { reservation, uuid } of held) {
      const host = this.#hosts.find(({ hostname }) => hostname === reservation)
      if (host?.current?.process.state === 'running') continue
      const lock = `${uuid} ${reservation}`
      locks.add(lock)
      // Without the database nobody can be retired, and after that everybody has to be heard of first.
      if (!clear || !this.#deadSince.has(lock)) this.#deadSince.set(lock, this.#clock.now)
      const since = this.#deadSince.get(lock) ?? 0
      this.#longestDeadLockSeconds = Math.max(this.#longestDeadLockSeconds, (this.#clock.now - since) / 1000)
    }
    for (const lock of this.#deadSince.keys()) if (!locks.has(lock)) this.#deadSince.delete(lock)
  }

  async #unsettled(): Promise<string[]> {
    const { engine, stores } = this.#database
    const conductors = await stores.conductors.conductors(times.heartbeatTimeoutSeconds)
    const membership = new Membership(conductors, { algorithm: 'md5', partitionExponent: 5 })
    const rows = await engine.write
      .selectFrom('nodes')
      .select(['uuid', 'driver', 'conductor_group', 'reservation', 'conductor_affinity', 'provision_state'])
      .execute()
    const wrong = conductors.filter(({ alive }) => !alive).map(({ hostname }) => `${hostname} is not alive`)
    for (const row of rows) {
      if (row.reservation !== null) wrong.push(`${row.uuid} is held by ${row.reservation}`)
      if (!waitStates.has(row.provision_state ?? '')) continue
      const key = { uuid: row.uuid, driver: row.driver ?? '', conductorGroup: row.conductor_group }
      const [owner] = membership.order(key, 1)
      const ownerId = conductors.find(({ hostname }) => hostname === owner)?.id ?? null
      const holders = this.#hosts.filter(({ disk }) => disk.has(row.uuid)).map(({ hostname }) => hostname)
      const expected = owner === undefined ? holders : [owner]
      if (owner !== undefined && row.conductor_affinity !== ownerId) wrong.push(`${row.uuid} is not ${owner}'s`)
      if (holders.join() !== expected.join()) wrong.push(`${row.uuid} lies on ${holders}, not on ${expected}`)
    }
    return wrong
  }
}

export const mayBoot = (state: string): boolean => waitStates.has(state)
