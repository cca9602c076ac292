import { isIP } from 'node:net'
import { BootringError } from '../../model/errors.ts'
import { type MacAddress, parseMac } from '../../model/mac.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { Rest } from './rest.ts'

/** States in which an agent is expected to say who it is, under `[api]restrict_lookup`. Source: ironic/common/states.py. */
const lookupStates: ReadonlySet<string> = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'inspecting',
  'inspect wait',
  'rescuing',
  'rescue wait',
  'servicing',
  'service wait',
])

/** More nodes than wait for inspection at once. */
const mostInspected = 1000

/**
 * What everybody is told who is not the agent of a node that expects one: neither which nodes there are nor in which states can be
 * made out from it.
 */
export const noSuchNode = () => new BootringError('NotFound', 'The requested resource could not be found.')

/** What is valid of the MACs that an agent has found, each once. */
export function validMacs(texts: readonly string[]): MacAddress[] {
  return [...new Set(texts.flatMap((text) => parseMac(text) ?? []))]
}

/** The node whose agent asks, by its UUID, else by its MACs. Throws `NotFound` for everything that is not so. */
export async function lookedUpNode(
  rest: Rest,
  uuid: string | undefined,
  macs: readonly MacAddress[],
): Promise<NodeRecord> {
  const node = uuid === undefined ? await nodeByMacs(rest, macs) : await rest.reader.node(uuid)
  if (node === undefined || node === 'several') throw noSuchNode()
  if (rest.options.restrictLookup && !lookupStates.has(node.provision_state ?? '')) throw noSuchNode()
  return node
}

/** Whether any node waits for what its agent finds. */
export async function isAnyInspected({ reader }: Pick<Rest, 'reader'>): Promise<boolean> {
  const page = { limit: 1, sortKey: 'id', descending: false }
  return (await reader.nodes({ provision_states: ['inspect wait'], include_children: true }, page)).length > 0
}

/**
 * The node that is being inspected, by all that the agent has found: its UUID, its MACs, the addresses of its BMC. Where they lead
 * to different nodes it is none. Throws `NotFound`.
 */
export async function inspectedNode(
  rest: Rest,
  uuid: string | undefined,
  macs: readonly MacAddress[],
  bmcAddresses: readonly string[],
): Promise<NodeRecord> {
  const byUuid = uuid === undefined ? undefined : await rest.reader.node(uuid)
  if (uuid !== undefined && byUuid === undefined) throw noSuchNode()
  const byMacs = await nodeByMacs(rest, macs)
  if (byMacs === 'several' || (byUuid && byMacs && byUuid.id !== byMacs.id)) throw noSuchNode()
  const known = byUuid ?? byMacs
  if (known && known.provision_state !== 'inspect wait') throw noSuchNode()
  const byBmc = await nodesByBmc(rest, bmcAddresses)
  if (known) {
    if (byBmc.length > 0 && !byBmc.some(({ id }) => id === known.id)) throw noSuchNode()
    return known
  }
  const [only, another] = byBmc
  if (only === undefined || another !== undefined) throw noSuchNode()
  return only
}

async function nodeByMacs(rest: Rest, macs: readonly MacAddress[]): Promise<NodeRecord | undefined | 'several'> {
  if (macs.length === 0) return undefined
  const page = { limit: macs.length, sortKey: 'id', descending: false }
  const ports = await rest.reader.ports({ addresses: macs }, page)
  const [id, another] = new Set(ports.map(({ node_id }) => node_id))
  if (another !== undefined) return 'several'
  return id === undefined ? undefined : await rest.reader.nodeById(id)
}

async function nodesByBmc(rest: Rest, addresses: readonly string[]): Promise<NodeRecord[]> {
  if (addresses.length === 0) return []
  const page = { limit: mostInspected, sortKey: 'id', descending: false }
  const nodes = await rest.reader.nodes({ provision_states: ['inspect wait'], include_children: true }, page)
  return nodes.filter(({ driver_info }) => bmcAddressesOf(driver_info).some((address) => addresses.includes(address)))
}

/** Addresses in `driver_info`, by themselves or in URLs. Host names are not resolved: DNS would have to answer meanwhile. */
function bmcAddressesOf(driverInfo: JsonObject): string[] {
  return Object.entries(driverInfo).flatMap(([name, value]) => {
    if (!name.endsWith('_address') || typeof value !== 'string') return []
    const host = value.includes('//') ? URL.parse(value)?.hostname : value
    const address = host?.replace(/^\[|\]$/g, '') ?? ''
    return isIP(address) === 0 ? [] : [address]
  })
}
