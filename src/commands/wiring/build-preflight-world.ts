import { kindsOf } from '../../attached/boot-interfaces.ts'
import { BootringError } from '../../model/errors.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import type { NodeFile } from '../../preflight/check.ts'
import type { UrlProber } from '../../preflight/url-prober.ts'
import type { World } from '../../preflight/world.ts'
import { conductorAddress, originOf } from '../../rpc/conductor-address.ts'
import type { ConductorClient } from '../../rpc/contract.ts'
import type { FleetContext } from '../context.ts'
import { bootState, mayBoot } from './boot-state.ts'
import { buildBootDecision } from './build-boot-decision.ts'
import { addressRules } from './build-conductor-client.ts'
import { buildRings } from './build-rings.ts'
import { buildRootScript } from './build-root-script.ts'
import { buildScriptPreview } from './build-script-preview.ts'

export interface PreflightParts {
  context: FleetContext
  conductors: ConductorClient
  prober: UrlProber
  /** Undefined: all. */
  nodes: readonly NodeWithPorts[] | undefined
  dhcpFiles: readonly string[]
}

/** What checks look at: the database, this host's options, and whatever answers. */
export function buildPreflightWorld(parts: PreflightParts): World {
  const { context, nodes, prober } = parts
  const { config, database, installation } = context
  const { heartbeat_timeout: heartbeatTimeoutSeconds } = config.conductor
  const scheme = config.json_rpc.use_ssl ? 'https' : 'http'
  return {
    nodes: () => (nodes === undefined ? database.nodes.nodes() : each(nodes)),
    wholeFleet: nodes === undefined,
    bootsNow: (node) => mayBoot(context.config, node),
    ...(context.mode === 'attached' ? { bootFiles: servedFiles(parts), images: () => [] } : renderedFiles(context)),
    rootScript: () => buildRootScript(installation),
    rootScriptUrl: `${installation.httpUrl}/boot.ipxe`,
    apiRootUrls: installation.apiRootUrls,
    conductors: () => database.conductors.conductors(heartbeatTimeoutSeconds),
    offers: () =>
      context.mode === 'standalone' ? context.database.management.offers(heartbeatTimeoutSeconds) : undefined,
    defaultBootInterface: config.DEFAULT.default_boot_interface ?? 'ipxe',
    heartbeatTimeoutSeconds,
    databaseTime: () => database.time(),
    conductorUrl(hostname) {
      const address = conductorAddress(hostname, addressRules(installation))
      return address === undefined ? undefined : `${originOf(address, scheme)}/`
    },
    probe: (url) => prober.probe(url),
    text: (url) => prober.text(url),
    certificateFiles: certificateFiles(config.json_rpc),
    dhcpFiles: parts.dhcpFiles,
    now: () => new Date(),
  }
}

async function* each(nodes: readonly NodeWithPorts[]): AsyncGenerator<NodeWithPorts> {
  yield* nodes
}

function renderedFiles(context: FleetContext): Pick<World, 'bootFiles' | 'images'> {
  const preview = buildScriptPreview(context.installation, context.log)
  return {
    images: (node) =>
      preview.fileNames(node).length === 0 ? [] : preview.images(node, bootState(context.config, node)),
    async bootFiles(node) {
      const state = bootState(context.config, node)
      return await Promise.all(
        preview.fileNames(node).map((name) => tried({ name, state }, () => preview.script(node, state, name))),
      )
    },
  }
}

/** Ironic's conductors have files of nodes that boot, and of no others. */
function servedFiles({ conductors, context }: PreflightParts): World['bootFiles'] {
  const rings = buildRings(context.config, context.database.conductors)
  const decision = buildBootDecision(context.config, { conductors, database: context.database, rings })
  return async (node) => {
    const { provisionState: state } = node
    const [port] = node.ports.filter(({ pxeEnabled }) => pxeEnabled)
    if (!mayBoot(context.config, node) || port === undefined) return []
    const names = [...new Set(kindsOf(node.bootInterface ?? '').map(({ name }) => name))]
    const files = await Promise.all(
      names.map((name) =>
        tried({ name, state }, async () => {
          const verdict = await decision.decide(port.address, name, 'preflight')
          if (verdict.outcome === 'served') return verdict.script
          if (verdict.code === 'Internal') throw new Error(verdict.reason)
          throw new BootringError(verdict.code, verdict.reason)
        }),
      ),
    )
    // A machine boots by one of them, and Ironic writes that one.
    const there = files.filter((file) => 'text' in file)
    return there.length > 0 ? there : files.slice(0, 1)
  }
}

async function tried(place: Pick<NodeFile, 'name' | 'state'>, text: () => Promise<string>): Promise<NodeFile> {
  try {
    return { ...place, text: await text() }
  } catch (error) {
    if (!(error instanceof BootringError) || error.code === 'DatabaseUnavailable') throw error
    return { ...place, error: { message: error.message, remedy: error.kind.remedy } }
  }
}

function certificateFiles({
  cafile,
  cert_file: certificate,
  use_ssl: isUsed,
}: FleetContext['config']['json_rpc']): World['certificateFiles'] {
  return [
    ...(isUsed && certificate !== undefined ? [{ option: '[json_rpc]cert_file', path: certificate }] : []),
    ...(cafile !== undefined ? [{ option: '[json_rpc]cafile', path: cafile }] : []),
  ]
}
