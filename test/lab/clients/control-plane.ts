import type { Ini } from '../ironic/ironic-config.ts'

/** What the clients are pointed at: bootring, or the real Ironic, whose behaviour is the reference. */
export interface ControlPlane {
  /** e.g. `http://127.0.0.1:6385`. */
  readonly endpoint: string
  /** Name of its one conductor. */
  readonly conductor: string
  /** URLs of images that nodes may be given. */
  readonly kernel: string
  readonly ramdisk: string
  /** A step of cleaning that needs no agent, of a node whose interfaces are the `fake` ones. */
  readonly cleanStep: { interface: string; step: string }
  /** What its processes have said. */
  logs(): string
  stop(): Promise<void>
}

/** How long inspection by the `fake` interface takes: a node is locked for so long. */
const inspectionSeconds = 3

/** What both are set to. */
export const clientSettings: Ini = {
  DEFAULT: {
    enabled_hardware_types: 'fake-hardware,manual-management',
    enabled_boot_interfaces: 'ipxe,fake',
    enabled_deploy_interfaces: 'direct,ramdisk,fake',
    enabled_inspect_interfaces: 'fake,no-inspect',
    enabled_management_interfaces: 'fake,noop',
    enabled_network_interfaces: 'noop',
    enabled_power_interfaces: 'fake',
    enabled_rescue_interfaces: 'fake,no-rescue',
    default_boot_interface: 'ipxe',
  },
  // Clients try again by themselves.
  conductor: { automated_clean: true, node_locked_retry_attempts: 1, node_locked_retry_interval: 1 },
  fake: { inspect_delay: String(inspectionSeconds) },
}
