import { randomUUID } from 'node:crypto'
import type { BootDecision } from '../../api/boot/boot-decision.ts'
import { kindsOf } from '../../attached/boot-interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import { type ProvisionState, provisionStates, waitStates } from '../../model/provision-states.ts'
import type { ScriptsByState, StateScript } from '../../model/state-script.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Installation } from '../installation.ts'
import { buildScriptPreview, type ScriptPreview } from './build-script-preview.ts'

/** In order of a node's life, not of the alphabet: the states in which machines ask for a boot file. */
const bootStates: readonly ProvisionState[] = provisionStates.filter(
  (state) => waitStates.has(state) || state === 'active',
)

/**
 * What `GET /v1/bootring/nodes/<ident>/scripts` answers. Standalone the files are rendered here, from this host's options and templates;
 * beside a running Ironic, whose templates are its own affair, the conductor is asked.
 */
export function buildScriptsByState(
  installation: Installation,
  { decision, log }: { decision: Pick<BootDecision, 'decide'>; log: Logger },
): ScriptsByState {
  if (installation.attached) return (node) => servedNow(node, decision)
  const preview = buildScriptPreview(installation, log)
  return (node) => renderedInStates(node, preview)
}

async function renderedInStates(node: NodeWithPorts, preview: ScriptPreview): Promise<StateScript[]> {
  const states = new Set<string | null>([node.provisionState, ...bootStates])
  const scripts: StateScript[] = []
  for (const state of states)
    for (const name of preview.fileNames(node))
      scripts.push(await tried({ state, name }, () => preview.script(node, state, name)))
  return scripts
}

async function servedNow(node: NodeWithPorts, decision: Pick<BootDecision, 'decide'>): Promise<StateScript[]> {
  const { provisionState: state } = node
  const names = new Set(kindsOf(node.bootInterface ?? '').map(({ name }) => name))
  const [port] = node.ports
  return await Promise.all(
    [...names].map((name) =>
      tried({ state, name }, async () => {
        if (port === undefined) throw new BootringError('PortNotFound', `node ${node.uuid} has no port to ask for`)
        const verdict = await decision.decide(port.address, name, `req-${randomUUID()}`)
        if (verdict.outcome === 'served') return verdict.script
        if (verdict.code === 'Internal') throw verdict.outcome === 'refused' ? verdict.cause : new Error(verdict.reason)
        throw new BootringError(verdict.code, verdict.reason)
      }),
    ),
  )
}

/** Faults of bootring's own are not the node's. */
async function tried(place: Pick<StateScript, 'state' | 'name'>, script: () => Promise<string>): Promise<StateScript> {
  try {
    return { ...place, script: await script(), error: null }
  } catch (error) {
    if (!(error instanceof BootringError)) throw error
    return { ...place, script: null, error: `${error.code}: ${error.message}` }
  }
}
