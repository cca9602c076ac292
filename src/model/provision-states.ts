/** Ironic's provision states, as they stand in `nodes.provision_state`. Source: ironic/common/states.py. */
export const provisionStates = [
  'enroll',
  'verifying',
  'manageable',
  'available',
  'active',
  'deploy wait',
  'wait call-back',
  'deploying',
  'deploy failed',
  'deploy complete',
  'deploy hold',
  'deleting',
  'deleted',
  'cleaning',
  'clean wait',
  'clean failed',
  'clean hold',
  'error',
  'rebuild',
  'inspecting',
  'inspect wait',
  'inspect failed',
  'adopting',
  'adopt failed',
  'rescue',
  'rescue failed',
  'rescue wait',
  'rescuing',
  'unrescue failed',
  'unrescuing',
  'servicing',
  'service wait',
  'service failed',
  'service hold',
] as const

export type ProvisionState = (typeof provisionStates)[number]

/** The states in which a machine is expected to network-boot: the only ones served under `[api]restrict_boot_config`. */
export const waitStates: ReadonlySet<string> = new Set<ProvisionState>([
  'wait call-back',
  'clean wait',
  'inspect wait',
  'rescue wait',
  'service wait',
])

/** What of a node decides whether its boot files lie on its conductor's disk. */
export interface BootFileState {
  provisionState: string | null
  deployInterface: string | null
}

/** Whether a diskless machine boots its own ramdisk, rather than the agent's. */
export function bootsInstanceRamdisk(node: BootFileState): boolean {
  return node.provisionState === 'active' && node.deployInterface === 'ramdisk'
}

/** Whether the node's conductor keeps boot files for it: in every wait state, and for diskless machines while active. */
export function needsBootFiles(node: BootFileState): boolean {
  return (node.provisionState !== null && waitStates.has(node.provisionState)) || bootsInstanceRamdisk(node)
}
