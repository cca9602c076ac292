import { setTimeout as pause } from 'node:timers/promises'
import { BootInterface } from '../../src/drivers/boot/boot-interface.ts'
import type { Hardware, NodeTask, Progress } from '../../src/drivers/interfaces.ts'
import { BootringError } from '../../src/model/errors.ts'
import type { PowerState } from '../../src/model/records.ts'

/** What machines and chance are told by the test. */
export interface World {
  readonly random: () => number
  /** Machines refuse, and answer slowly. */
  isFaulty: boolean
  /** What no order of things can explain. */
  readonly violations: string[]
  readonly machines: Map<string, Machine>
}

interface Machine {
  power: PowerState
  /** Whoever talks to the machine now. */
  users: Set<ProcessState>
}

/** Of a conductor's process: what the test has done to it. */
export interface ProcessState {
  readonly name: string
  /** Killed: nothing in it goes on. */
  isDead: boolean
  /** Its session has ended, whether it knows it or not. */
  isOver: boolean
}

/** Lets nothing go on in a process that is dead: what is awaited never comes. */
export async function whileAlive<T>(process: ProcessState, work: () => Promise<T>): Promise<T> {
  if (process.isDead) return await new Promise<never>(() => undefined)
  try {
    return await work()
  } finally {
    if (process.isDead) await new Promise<never>(() => undefined)
  }
}

const progress = (world: World): Progress => (world.random() < 0.5 ? 'wait' : 'done')

/** Hardware that takes its time, fails and waits for agents as chance has it, and notices when two conductors use it at once. */
export function chaoticHardware(world: World, process: ProcessState): Hardware {
  const machineOf = (uuid: string): Machine => {
    const machine = world.machines.get(uuid) ?? { power: 'power off', users: new Set() }
    world.machines.set(uuid, machine)
    return machine
  }
  const takeTime = async (what: string) => {
    await pause(world.isFaulty ? world.random() * 8 : 0)
    if (world.isFaulty && world.random() < 0.12) throw new BootringError('HardwareFailed', `${what} was refused`)
  }
  const use = async <T>({ node }: Pick<NodeTask, 'node'>, what: string, result: () => T): Promise<T> =>
    whileAlive(process, async () => {
      const { users } = machineOf(node.uuid)
      for (const other of users) {
        if (other.isDead || other.isOver || process.isOver) continue
        world.violations.push(`${process.name} does ${what} to ${node.uuid} while ${other.name} uses it`)
      }
      users.add(process)
      try {
        await takeTime(what)
        return result()
      } finally {
        users.delete(process)
      }
    })
  /** Changes nothing: no reservation is needed for it. */
  const look = ({ node }: Pick<NodeTask, 'node'>): Promise<PowerState> =>
    whileAlive(process, async () => {
      await takeTime('get power state')
      return machineOf(node.uuid).power
    })
  const nothing = () => undefined
  const power = async (task: NodeTask, target: PowerState) => {
    await use(task, target, nothing)
    machineOf(task.node.uuid).power = target === 'power off' ? 'power off' : 'power on'
  }
  const common = { name: 'chaos', properties: {}, validate: nothing }
  return {
    type: 'fake-hardware',
    boot: new BootInterface('chaos'),
    deploy: {
      ...common,
      deploy: (task, hasCalled) => use(task, 'deploy', () => (hasCalled ? 'done' : progress(world))),
      tearDown: (task) => use(task, 'tear down', nothing),
      takeOver: (task) => use(task, 'take over', nothing),
      clean: (task, _steps, hasCalled) => use(task, 'clean', () => (hasCalled ? 'done' : progress(world))),
      tearDownCleaning: (task) => use(task, 'tear down cleaning', nothing),
      cleanSteps: () => [{ interface: 'deploy', step: 'erase_devices', args: {}, priority: 10 }],
    },
    inspect: {
      ...common,
      inspect: (task) => use(task, 'inspect', () => progress(world)),
      continueInspection: (task) => use(task, 'continue inspection', nothing),
      abort: (task) => use(task, 'abort inspection', nothing),
    },
    management: {
      ...common,
      supportedBootDevices: () => ['pxe', 'disk'],
      getBootDevice: async () => ({ boot_device: null, persistent: null }),
      setBootDevice: (task) => use(task, 'set boot device', nothing),
      supportedBootModes: () => [],
      getBootMode: async () => null,
      setBootMode: async () => undefined,
      getSecureBoot: async () => null,
      setSecureBoot: async () => undefined,
      injectNmi: async () => undefined,
    },
    network: { ...common, vifAttach: async () => undefined, vifDetach: async () => undefined, vifList: () => [] },
    power: {
      ...common,
      supportedPowerStates: ['power on', 'power off', 'rebooting'],
      getPowerState: look,
      setPowerState: power,
      reboot: (task) => power(task, 'rebooting'),
    },
    rescue: {
      ...common,
      rescue: (task, hasCalled) => use(task, 'rescue', () => (hasCalled ? 'done' : progress(world))),
      unrescue: (task) => use(task, 'unrescue', nothing),
      cleanUp: (task) => use(task, 'clean rescue up', nothing),
    },
  }
}
