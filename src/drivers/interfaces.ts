import type { JsonObject } from '../model/node.ts'
import type {
  NewPort,
  NodeChanges,
  NodeRecord,
  PortChanges,
  PortgroupChanges,
  PortgroupRecord,
  PortRecord,
  PowerState,
} from '../model/records.ts'
import type { BootInterface } from './boot/boot-interface.ts'

/*
 * What a hardware type is made of: one interface of each type, as Ironic divides them. A conductor calls them within an
 * exclusive task; each call may be made again by another conductor where the first one has died, so it must bear being
 * repeated. They throw `MissingParameter` or `InvalidParameter` for what is wrong with the node, `HardwareFailed` for what the
 * machine refused, `UnsupportedDriverExtension` for what they can't do.
 */

/** What may be written of a node's row at any time; provision states change by the table of src/model/transitions.ts alone. */
export type TaskChanges = Omit<NodeChanges, 'provision_state' | 'target_provision_state'>

/** An exclusive task on one node, as an interface sees it. */
export interface NodeTask {
  /** The row as last read or written in this task. */
  readonly node: NodeRecord
  readonly ports: readonly PortRecord[]
  readonly portgroups: readonly PortgroupRecord[]
  readonly hardware: Hardware
  /** The session was lost: somebody else may be working on the node by now. Nothing more is to be done to the machine. */
  readonly signal: AbortSignal
  /** Writes to the row while the node is reserved, and shows the new one as `node`. */
  update(changes: TaskChanges): Promise<void>
  /** The same for one of its ports, shown in `ports` afterwards. */
  updatePort(portUuid: string, changes: PortChanges): Promise<void>
  updatePortgroup(portgroupUuid: string, changes: PortgroupChanges): Promise<void>
  /** Adds a port, and shows it in `ports`. `Duplicate` where another one has its address. */
  createPort(port: NewPort): Promise<void>
}

/** What tells whether a node has what its interfaces need; no reservation is held for it. */
export type NodeView = Pick<NodeTask, 'node' | 'ports' | 'hardware'>

/** What an interface of any type has. */
export interface AnyInterface {
  readonly name: string
  /** What it reads of `driver_info`: what each is for, by name. */
  readonly properties: Readonly<Record<string, string>>
  /** Whether the node has what this interface needs, by its row alone: no machine is asked. */
  validate(task: NodeView): void | Promise<void>
}

export interface PowerInterface extends AnyInterface {
  /** Targets that it takes. */
  readonly supportedPowerStates: readonly PowerState[]
  /** `power on`, `power off` or `error`; null where nobody can know. */
  getPowerState(task: NodeTask): Promise<PowerState | null>
  /** Returns once the machine has it. Callers go by way of `switchPower`, which writes it down. */
  setPowerState(task: NodeTask, target: PowerState, timeoutSeconds?: number): Promise<void>
  reboot(task: NodeTask, timeoutSeconds?: number): Promise<void>
}

export type BootDevice =
  | 'pxe'
  | 'disk'
  | 'cdrom'
  | 'bios'
  | 'safe'
  | 'wanboot'
  | 'iscsiboot'
  | 'floppy'
  | 'usb'
  | 'uefihttp'

export interface ManagementInterface extends AnyInterface {
  supportedBootDevices(task: NodeTask): readonly BootDevice[]
  /** Members are null where not known. */
  getBootDevice(task: NodeTask): Promise<{ boot_device: BootDevice | null; persistent: boolean | null }>
  setBootDevice(task: NodeTask, device: BootDevice, persistent: boolean): Promise<void>
  supportedBootModes(task: NodeTask): readonly ('uefi' | 'bios')[]
  /** null where not known. */
  getBootMode(task: NodeTask): Promise<'uefi' | 'bios' | null>
  setBootMode(task: NodeTask, mode: 'uefi' | 'bios'): Promise<void>
  /** null where not known. */
  getSecureBoot(task: NodeTask): Promise<boolean | null>
  setSecureBoot(task: NodeTask, on: boolean): Promise<void>
  injectNmi(task: NodeTask): Promise<void>
}

/** `wait`: the agent's ramdisk boots, and what it says goes on with the work; `done`: nothing is waited for. */
export type Progress = 'wait' | 'done'

/** A step of cleaning, deploying or servicing. */
export interface Step {
  interface: string
  step: string
  args: JsonObject
  priority: number
}

export interface DeployInterface extends AnyInterface {
  /** Prepares the machine's boot, and has it boot. Called again after a wait, once the agent has been heard from. */
  deploy(task: NodeTask, agentHasCalled: boolean): Promise<Progress>
  /** Ends the instance: the machine is off afterwards, and its boot files are gone. */
  tearDown(task: NodeTask): Promise<void>
  /** Makes what an active node boots from on this conductor: it has taken the node over. */
  takeOver(task: NodeTask): Promise<void>
  /** Cleans (or services) by steps; `steps` is empty where there is nothing to do. As `deploy`. */
  clean(task: NodeTask, steps: readonly Step[], agentHasCalled: boolean): Promise<Progress>
  /** Ends cleaning (or servicing), however it went: the agent's boot files go. */
  tearDownCleaning(task: NodeTask): Promise<void>
  /** Steps of automated cleaning, by falling priority. */
  cleanSteps(task: NodeTask): readonly Step[]
}

export interface InspectInterface extends AnyInterface {
  inspect(task: NodeTask): Promise<Progress>
  /** Takes what the agent has found: writes what the node's row and its ports make of it, and ends what `inspect` began. */
  continueInspection(task: NodeTask, inventory: JsonObject, pluginData: JsonObject): Promise<void>
  abort(task: NodeTask): Promise<void>
}

export interface RescueInterface extends AnyInterface {
  /** As `DeployInterface.deploy`. The password is in `instance_info.rescue_password`. */
  rescue(task: NodeTask, agentHasCalled: boolean): Promise<Progress>
  /** Ends the rescue as `cleanUp` does, and has the machine boot its own system. */
  unrescue(task: NodeTask): Promise<void>
  /** Ends a rescue that has failed, timed out, or whose instance goes: its boot files and the password go. */
  cleanUp(task: NodeTask): Promise<void>
}

/** What a network interface changes of a port or portgroup when a VIF comes or goes. */
export interface NetworkInterface extends AnyInterface {
  /** Writes by `task`. `Duplicate` where it is attached already. */
  vifAttach(task: NodeTask, vif: JsonObject & { id: string }): Promise<void>
  vifDetach(task: NodeTask, vifId: string): Promise<void>
  vifList(task: Pick<NodeTask, 'node' | 'ports' | 'portgroups'>): { id: string }[]
}

/** All interfaces of one node. Those of the types that bootring has no use for are known by name only. */
export interface Hardware {
  readonly type: string
  readonly boot: BootInterface
  readonly deploy: DeployInterface
  readonly inspect: InspectInterface
  readonly management: ManagementInterface
  readonly network: NetworkInterface
  readonly power: PowerInterface
  readonly rescue: RescueInterface
}
