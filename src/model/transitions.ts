import { BootringError } from './errors.ts'
import { type ProvisionState, provisionStates } from './provision-states.ts'

/*
 * Ironic's state machine as one table. Whatever changes a node's provision state asks `applyEvent`; the diagram of
 * docs/states.svg is made from the table. Source of states and events: ironic/common/state_machine.py.
 */

/** What people ask for. */
export const verbs = [
  'manage',
  'provide',
  'deploy',
  'rebuild',
  'delete',
  'clean',
  'inspect',
  'adopt',
  'rescue',
  'unrescue',
  'service',
  'abort',
  'unhold',
] as const
export type Verb = (typeof verbs)[number]

/** Verbs, and what a conductor finds out by itself. */
export type ProvisionEvent = Verb | 'done' | 'fail' | 'wait' | 'resume' | 'hold'

export interface Transition {
  readonly from: ProvisionState
  readonly event: ProvisionEvent
  readonly to: ProvisionState
}

type Events = Partial<Record<ProvisionEvent, ProvisionState>>

const table: Partial<Record<ProvisionState, Events>> = {
  enroll: { manage: 'verifying' },
  verifying: { done: 'manageable', fail: 'enroll' },
  manageable: { provide: 'cleaning', clean: 'cleaning', inspect: 'inspecting', adopt: 'adopting' },
  available: { deploy: 'deploying', manage: 'manageable' },
  active: { rebuild: 'deploying', delete: 'deleting', rescue: 'rescuing', service: 'servicing' },
  error: { rebuild: 'deploying', delete: 'deleting' },

  deploying: { done: 'active', wait: 'wait call-back', hold: 'deploy hold', fail: 'deploy failed' },
  'wait call-back': {
    resume: 'deploying',
    hold: 'deploy hold',
    fail: 'deploy failed',
    abort: 'deploy failed',
    delete: 'deleting',
  },
  'deploy hold': { unhold: 'wait call-back', abort: 'deploy failed' },
  'deploy failed': { deploy: 'deploying', rebuild: 'deploying', delete: 'deleting' },

  deleting: { clean: 'cleaning', fail: 'error' },

  cleaning: { done: 'available', manage: 'manageable', wait: 'clean wait', hold: 'clean hold', fail: 'clean failed' },
  'clean wait': { resume: 'cleaning', hold: 'clean hold', fail: 'clean failed', abort: 'clean failed' },
  'clean hold': { unhold: 'clean wait', abort: 'clean failed' },
  'clean failed': { manage: 'manageable' },

  inspecting: { done: 'manageable', wait: 'inspect wait', fail: 'inspect failed' },
  'inspect wait': { done: 'manageable', resume: 'inspecting', fail: 'inspect failed', abort: 'inspect failed' },
  'inspect failed': { manage: 'manageable', inspect: 'inspecting' },

  adopting: { done: 'active', fail: 'adopt failed' },
  'adopt failed': { adopt: 'adopting', manage: 'manageable' },

  rescuing: { done: 'rescue', wait: 'rescue wait', fail: 'rescue failed' },
  'rescue wait': { resume: 'rescuing', fail: 'rescue failed', abort: 'rescue failed', delete: 'deleting' },
  rescue: { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },
  'rescue failed': { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },
  unrescuing: { done: 'active', fail: 'unrescue failed' },
  'unrescue failed': { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },

  servicing: { done: 'active', wait: 'service wait', hold: 'service hold', fail: 'service failed' },
  'service wait': {
    resume: 'servicing',
    hold: 'service hold',
    fail: 'service failed',
    abort: 'service failed',
    delete: 'deleting',
  },
  'service hold': { service: 'servicing', unhold: 'service wait', fail: 'service failed', abort: 'service failed' },
  'service failed': {
    service: 'servicing',
    rescue: 'rescuing',
    wait: 'service wait',
    hold: 'service hold',
    abort: 'active',
    delete: 'deleting',
  },
}

/** Every change of a provision state that there is. */
export const transitions: readonly Transition[] = provisionStates.flatMap((from) =>
  (Object.entries(table[from] ?? {}) as [ProvisionEvent, ProvisionState][]).map(([event, to]) => ({ from, event, to })),
)

/** Where a node in such a state is on its way to; states that are not here are where nodes rest. */
const targets: Partial<Record<ProvisionState, ProvisionState>> = {
  verifying: 'manageable',
  deploying: 'active',
  'wait call-back': 'active',
  'deploy failed': 'active',
  'deploy hold': 'active',
  deleting: 'available',
  cleaning: 'available',
  'clean wait': 'available',
  'clean failed': 'available',
  'clean hold': 'available',
  inspecting: 'manageable',
  'inspect wait': 'manageable',
  'inspect failed': 'manageable',
  adopting: 'active',
  'adopt failed': 'active',
  rescuing: 'rescue',
  'rescue wait': 'rescue',
  'rescue failed': 'rescue',
  unrescuing: 'active',
  'unrescue failed': 'active',
  servicing: 'active',
  'service wait': 'active',
  'service failed': 'active',
  'service hold': 'active',
}

/** States in which a conductor has something to do: a node that is in one, and that nobody holds, has lost its conductor. */
export const workingStates = [
  'verifying',
  'deploying',
  'deleting',
  'cleaning',
  'inspecting',
  'adopting',
  'rescuing',
  'unrescuing',
  'servicing',
] as const satisfies readonly ProvisionState[]
export type WorkingState = (typeof workingStates)[number]

export function isWorkingState(state: string | null): state is WorkingState {
  return (workingStates as readonly (string | null)[]).includes(state)
}

/** `… failed` and `error`: somebody has to look. */
export function isFailure(state: string): boolean {
  return state.endsWith(' failed') || state === 'error'
}

/** What of a row the table is about. */
export interface ProvisionedNode {
  readonly uuid: string
  readonly provision_state: string | null
  readonly target_provision_state: string | null
}

export interface StateChange {
  provision_state: ProvisionState
  target_provision_state: ProvisionState | null
}

/** null is what old releases stored for `available`. */
export function provisionStateOf({ provision_state: state }: Pick<ProvisionedNode, 'provision_state'>): string {
  return state ?? 'available'
}

/** Whether the node's state knows the event. */
export function allowsEvent(node: ProvisionedNode, event: ProvisionEvent): boolean {
  return find(node, event) !== undefined
}

/**
 * The states after an event. The target is the new state's own, or `target`: cleaning by hand is on its way to
 * `manageable`, and a wait, a failure or a resumption must not change that. Throws `InvalidStateRequested`.
 */
export function applyEvent(node: ProvisionedNode, event: ProvisionEvent, target?: ProvisionState): StateChange {
  const to = find(node, event)
  if (to === undefined) {
    throw new BootringError(
      'InvalidStateRequested',
      `The requested action "${event}" can not be performed on node "${node.uuid}" while it is in state "${provisionStateOf(node)}".`,
    )
  }
  const own = targets[to] ?? null
  return { provision_state: to, target_provision_state: own === null ? null : (target ?? own) }
}

function find(node: ProvisionedNode, event: ProvisionEvent): ProvisionState | undefined {
  const from = provisionStates.find((state) => state === provisionStateOf(node))
  return from && table[from]?.[event]
}
