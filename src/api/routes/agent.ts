import type { FastifyRequest } from 'fastify'
import { canonicalUuidOf } from '../../model/canonical-uuid.ts'
import { BootringError, type ErrorCode } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { isJsonObject } from '../../resources/json-value.ts'
import { isLogicalName } from '../../resources/logical-name.ts'
import { shownNode } from '../../resources/shown.ts'
import type { AgentHeartbeat } from '../../rpc/shapes.ts'
import { type AgentCall, recordedCall } from '../rest/agent-events.ts'
import { inspectedNode, isAnyInspected, lookedUpNode, noSuchNode, validMacs } from '../rest/agent-lookup.ts'
import { resourceLinks } from '../rest/links.ts'
import { tellConductor } from '../rest/node-route.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, object, pathParameters } from '../rest/schemas.ts'

const tags = ['agents']
/** Whoever asks is answered, and in whatever version: agents have no password, and are as old as their ramdisk. */
const config = { open: true }
const agentStates = ['start', 'end', 'error']
const tokenSince = 84
/** A certificate and a message of the longest, and room for the rest. */
const maxHeartbeatBytes = 262_144
/** It is kept in a column of 64 KiB, with all else that the conductors note down. */
const maxMessageCharacters = 4096

const found = object('What the agent needs to know.', {
  node: object('uuid, properties, instance_info and driver_internal_info of its node, without secrets.'),
  config: object('heartbeat_timeout (in seconds), agent_token and more.'),
})

/** What the agent on a machine calls: lookup, heartbeat, continue_inspection. */
export const agentRoutes: RestRoutes = (app, rest) => {
  app.get<{ Querystring: { addresses?: string[]; node_uuid?: string } }>(
    '/v1/lookup',
    {
      config,
      schema: {
        tags,
        summary: 'Find the node that a machine is',
        querystring: {
          type: 'object',
          properties: {
            addresses: { type: 'array', items: { type: 'string' }, description: "MACs of the machine's NICs." },
            node_uuid: { type: 'string', format: 'uuid', description: 'Its node, where it knows.' },
          },
        },
        response: answers(200, found),
      },
    },
    async (request) => {
      const { addresses = [], node_uuid } = request.query
      const macs = validMacs(addresses)
      if (macs.length === 0 && node_uuid === undefined)
        throw new BootringError(
          'InvalidParameter',
          'At least one of "addresses" and "node_uuid" is required, with a valid value.',
        )
      const call: AgentCall = { kind: 'lookup', node_uuid: askedNode(node_uuid), mac: macs[0] ?? null }
      return await recordedCall(rest, request, call, async () => {
        call.node = await lookedUpNode(rest, node_uuid, macs)
        return await foundNode(rest, request, call.node)
      })
    },
  )

  app.post<{ Params: { node: string } }>(
    '/v1/heartbeat/:node',
    {
      config,
      bodyLimit: maxHeartbeatBytes,
      schema: {
        tags,
        summary: 'Say that an agent is alive',
        params: pathParameters({ node: 'UUID or name of its node.' }),
        body: {
          type: 'object',
          properties: {
            callback_url: { type: 'string', maxLength: 2048, description: "URL of the agent's own API." },
            agent_token: { type: ['string', 'null'], maxLength: 255 },
            agent_version: { type: ['string', 'null'], maxLength: 255 },
            agent_verify_ca: { type: ['string', 'null'], maxLength: 65_535, description: 'PEM of its certificate.' },
            agent_status: { type: ['string', 'null'], maxLength: 255, description: agentStates.join(', ') },
            agent_status_message: { type: ['string', 'null'], maxLength: 65_535 },
          },
          required: ['callback_url'],
          // Later agents may have more to say.
          additionalProperties: true,
        },
        response: answers(202),
      },
    },
    async (request, reply) => {
      const heartbeat = readHeartbeat(request.body)
      const ident = request.params.node
      const uuid = canonicalUuidOf(ident)
      const { agent_status: status, agent_status_message: message } = heartbeat
      const call: AgentCall = { kind: 'heartbeat', node_uuid: uuid ?? null, mac: null, status, message }
      await recordedCall(rest, request, call, async () => {
        const node = uuid !== undefined || isLogicalName(ident) ? await rest.reader.node(uuid ?? ident) : undefined
        if (node === undefined) throw noSuchNode()
        call.node = node
        await asStranger(() => tellConductor(rest, request, node, 'heartbeat', { node_id: node.uuid, ...heartbeat }))
      })
      return reply.code(202).send()
    },
  )

  app.post<{ Querystring: { node_uuid?: string }; Body: JsonObject & { inventory: Inventory } }>(
    '/v1/continue_inspection',
    {
      config,
      // Before the body is read: who parses megabytes for every stranger keeps machines waiting that boot.
      onRequest: async (request) => {
        if (await isAnyInspected(rest)) return
        const call: AgentCall = { kind: 'inspection', node_uuid: askedNode(request.query.node_uuid), mac: null }
        await recordedCall(rest, request, call, () => Promise.reject(noSuchNode()))
      },
      schema: {
        tags,
        summary: 'Say what an agent has found',
        querystring: {
          type: 'object',
          properties: { node_uuid: { type: 'string', format: 'uuid', description: 'Its node, where it knows.' } },
        },
        body: inspectionBody,
        response: answers(202, found),
      },
    },
    async (request, reply) => {
      const { inventory, ...plugin_data } = request.body
      const macs = validMacs(inventory.interfaces.map(({ mac_address }) => mac_address))
      const bmcAddresses = [inventory.bmc_address, inventory.bmc_v6address].flatMap((address) => address || [])
      const { node_uuid } = request.query
      if (macs.length === 0 && bmcAddresses.length === 0 && node_uuid === undefined)
        throw new BootringError('InvalidParameter', 'No lookup information provided')
      const call: AgentCall = { kind: 'inspection', node_uuid: askedNode(node_uuid), mac: macs[0] ?? null }
      const answer = await recordedCall(rest, request, call, async () => {
        const node = await inspectedNode(rest, node_uuid, macs, bmcAddresses)
        call.node = node
        // Before the rest: the token needs the node's reservation, which the inspection then holds.
        const found = request.microversion < tokenSince ? { uuid: node.uuid } : await foundNode(rest, request, node)
        await asStranger(() =>
          tellConductor(rest, request, node, 'continue_inspection', {
            node_id: node.uuid,
            inventory: { ...inventory },
            plugin_data,
          }),
        )
        return found
      })
      return reply.code(202).send(answer)
    },
  )
}

/** `uuid`: as it stands in the query, which may not have been checked yet. */
function askedNode(uuid: unknown): string | null {
  return typeof uuid === 'string' ? (canonicalUuidOf(uuid) ?? null) : null
}

interface Inventory extends JsonObject {
  interfaces: { mac_address: string }[]
  bmc_address?: string | null
  bmc_v6address?: string | null
}

const inspectionBody = {
  type: 'object',
  properties: {
    inventory: {
      type: 'object',
      properties: {
        bmc_address: { type: ['string', 'null'] },
        bmc_v6address: { type: ['string', 'null'] },
        interfaces: {
          type: 'array',
          minItems: 1,
          // Each is a parameter of a query.
          maxItems: 1024,
          items: {
            type: 'object',
            properties: { mac_address: { type: 'string' } },
            required: ['mac_address'],
            additionalProperties: true,
          },
        },
      },
      required: ['interfaces'],
      additionalProperties: true,
    },
  },
  required: ['inventory'],
  additionalProperties: true,
  description: 'The inventory, and whatever else its collectors have found.',
} as const

/** Throws `InvalidParameter` in Ironic's words. */
function readHeartbeat(body: unknown): AgentHeartbeat {
  const given = isJsonObject(body) ? body : {}
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined)
  const callback_url = text('callback_url') ?? ''
  const agent_token = text('agent_token')
  const agent_status = text('agent_status')
  const wrong = (message: string) => new BootringError('InvalidParameter', message)
  // An agent that can only call, and not be called, says nothing.
  if (callback_url !== '' && !/^https?:$/.test(URL.parse(callback_url)?.protocol ?? ''))
    throw wrong('An issue with the supplied "callback_url" has been detected.')
  if (text('agent_version') === undefined && agent_status === undefined)
    throw wrong('Agent did not transmit a version, and a version is required.')
  if (agent_token === undefined) throw wrong('Agent token is required for heartbeat processing.')
  if (agent_status !== undefined && !agentStates.includes(agent_status))
    throw wrong(`Agent status is invalid. Valid states are ${agentStates.join(',')}.`)
  const optional = {
    agent_version: text('agent_version'),
    agent_verify_ca: text('agent_verify_ca'),
    agent_status,
    agent_status_message: text('agent_status_message')?.slice(0, maxMessageCharacters),
  }
  return { callback_url, agent_token, ...defined(optional) }
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** The node as its agent is shown it, with how it is to behave. The token is in there once for each boot. */
async function foundNode(
  rest: Rest,
  request: Pick<FastifyRequest, 'id' | 'host'>,
  node: NodeRecord,
): Promise<JsonObject> {
  const { agent_token } = await asStranger(() =>
    tellConductor(rest, request, node, 'get_node_with_token', { node_id: node.uuid }),
  )
  const names = ['uuid', 'properties', 'instance_info', 'driver_internal_info']
  return {
    node: {
      ...shownNode(node, {}, Number.POSITIVE_INFINITY, names),
      links: resourceLinks(rest.rootUrl(request), `nodes/${node.uuid}`),
    },
    config: {
      heartbeat_timeout: rest.options.agentHeartbeatTimeoutSeconds,
      agent_token,
      agent_token_required: true,
      // What agents look for without asking whether it is there.
      metrics: {
        backend: 'noop',
        prepend_host: false,
        prepend_uuid: false,
        prepend_host_reverse: true,
        global_prefix: null,
      },
      metrics_statsd: { statsd_host: 'localhost', statsd_port: 8125 },
      agent_md5_checksum_enable: false,
      disable_deep_image_inspection: false,
      permitted_image_formats: ['raw', 'qcow2', 'iso'],
    },
  }
}

/** Conductors that do not believe the caller, and nodes without one: which of these it was is nothing for strangers. */
const disbelief: ReadonlySet<ErrorCode> = new Set([
  'InvalidParameter',
  'NodeNotFound',
  'NotFound',
  'Forbidden',
  'Unauthorized',
  'WrongState',
  'InvalidStateRequested',
  'NoConductorForNode',
])

/** Failures whose messages name conductors and why they do not answer. */
const outages: ReadonlySet<ErrorCode> = new Set(['ConductorUnreachable', 'UnsupportedCall', 'ConductorReplaced'])

async function asStranger<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof BootringError)) throw error
    if (disbelief.has(error.code)) throw noSuchNode()
    if (!outages.has(error.code)) throw error
    throw new BootringError('ConductorUnreachable', 'No conductor answers at present; try again later.', {
      cause: error,
    })
  }
}
