import { BootringError } from '../../model/errors.ts'
import { waitStates } from '../../model/provision-states.ts'
import type { NodeRecord } from '../../model/records.ts'
import { isWorkingState } from '../../model/transitions.ts'
import { shownNode } from '../../resources/shown.ts'
import { readFlag } from '../../resources/value-types.ts'
import { requireVersion } from '../rest/microversion.ts'
import { leadTo, type NodeParams, nodeOfPath, tellConductor, unsupported } from '../rest/node-route.ts'
import type { RestRoutes } from '../rest/rest.ts'
import { answers, bodyOf, object, ofNode } from '../rest/schemas.ts'

const tags = ['nodes']
const softPowerSince = 27
const raidSince = 12

const powerTargets = ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off']
const bootModes = ['bios', 'uefi']

const stateFields = [
  'console_enabled',
  'last_error',
  'power_state',
  'provision_state',
  'target_power_state',
  'target_provision_state',
  'provision_updated_at',
  'raid_config',
  'target_raid_config',
  'boot_mode',
  'secure_boot',
]

/** /v1/nodes/<node>/states but for `provision`. */
export const nodeStateRoutes: RestRoutes = (app, rest) => {
  app.get<{ Params: NodeParams }>(
    '/v1/nodes/:node/states',
    { schema: { tags, summary: 'States of a node', params: ofNode, response: answers(200, object('Its states.')) } },
    async (request) => shownNode(await nodeOfPath(rest, request), {}, request.microversion, stateFields),
  )

  app.put<{ Params: NodeParams; Body: { target: string; timeout?: number | null } }>(
    '/v1/nodes/:node/states/power',
    {
      schema: {
        tags,
        summary: 'Switch a node',
        params: ofNode,
        body: bodyOf(
          {
            target: { type: 'string', description: `One of ${powerTargets.join(', ')}.` },
            timeout: { type: ['integer', 'null'], description: 'How long it may take, in seconds.' },
          },
          ['target'],
        ),
        response: answers(202),
      },
    },
    async (request, reply) => {
      const { target, timeout } = request.body
      const node = await nodeOfPath(rest, request)
      if (target.startsWith('soft ') || timeout) requireVersion(request.microversion, softPowerSince)
      if (timeout !== undefined && timeout !== null && timeout < 1)
        throw new BootringError('InvalidParameter', 'timeout has to be positive integer')
      if (!powerTargets.includes(target)) throw notNow(target, request.params.node, node.power_state)
      if (node.provision_state === 'cleaning' || node.provision_state === 'clean wait')
        throw notNow(target, request.params.node, node.provision_state)
      if (target.endsWith('power off') && node.disable_power_off)
        throw new BootringError('WrongState', `Failed to set node power state to ${target}.`)
      await tellConductor(rest, request, node, 'change_node_power_state', {
        node_id: node.uuid,
        target,
        ...(timeout === undefined || timeout === null ? {} : { timeout }),
      })
      leadTo(reply, rest, request, 'states')
      return reply.code(202).send()
    },
  )

  app.put<{ Params: NodeParams; Body: { target: string } }>(
    '/v1/nodes/:node/states/boot_mode',
    {
      config: { since: 76 },
      schema: {
        tags,
        summary: 'Set the boot mode of a node',
        params: ofNode,
        body: bodyOf({ target: { type: 'string', description: 'uefi or bios.' } }, ['target']),
        response: answers(202),
      },
    },
    async (request, reply) => {
      const { target } = request.body
      const node = await nodeOfPath(rest, request)
      if (!bootModes.includes(target)) {
        throw new BootringError(
          'InvalidParameter',
          `Invalid boot mode ${target} requested for node. Allowed boot modes are: ${bootModes.join(', ')}`,
        )
      }
      refuseWhileUnstable(node, 'the boot mode')
      await tellConductor(rest, request, node, 'change_node_boot_mode', { node_id: node.uuid, target })
      leadTo(reply, rest, request, 'states')
      return reply.code(202).send()
    },
  )

  app.put<{ Params: NodeParams; Body: { target: boolean | string } }>(
    '/v1/nodes/:node/states/secure_boot',
    {
      config: { since: 76 },
      schema: {
        tags,
        summary: 'Turn secure boot of a node on or off',
        params: ofNode,
        body: bodyOf({ target: { type: ['boolean', 'string'], description: 'Whether it is to be on.' } }, ['target']),
        response: answers(202),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const target = readFlag(request.body.target, 'target')
      refuseWhileUnstable(node, 'secure boot')
      await tellConductor(rest, request, node, 'change_node_secure_boot', { node_id: node.uuid, target })
      leadTo(reply, rest, request, 'states')
      return reply.code(202).send()
    },
  )

  app.put<{ Params: NodeParams }>(
    '/v1/nodes/:node/states/raid',
    {
      schema: {
        tags,
        summary: 'Set the RAID configuration: no hardware type has it yet',
        params: ofNode,
        body: object('The configuration.'),
        response: answers(204),
      },
    },
    async (request) => {
      const node = await nodeOfPath(rest, request)
      requireVersion(request.microversion, raidSince)
      throw new BootringError('NotFound', unsupported(node, 'set_raid_config').message)
    },
  )

  for (const method of ['GET', 'PUT'] as const) {
    app.route<{ Params: NodeParams }>({
      method,
      url: '/v1/nodes/:node/states/console',
      schema: {
        tags,
        summary: 'The console of a node: no hardware type has it yet',
        params: ofNode,
        ...(method === 'PUT' ? { body: bodyOf({ enabled: { type: ['boolean', 'string'] } }, ['enabled']) } : {}),
        response: answers(method === 'PUT' ? 202 : 200),
      },
      handler: async (request) => {
        throw unsupported(await nodeOfPath(rest, request), 'console')
      },
    })
  }
}

function notNow(action: string, node: string, state: string | null): BootringError {
  return new BootringError(
    'InvalidStateRequested',
    `The requested action "${action}" can not be performed on node "${node}" while it is in state "${state}".`,
  )
}

function refuseWhileUnstable({ provision_state }: NodeRecord, what: string): void {
  const settled = provision_state === null || !(isWorkingState(provision_state) || waitStates.has(provision_state))
  if (settled) return
  throw new BootringError(
    'WrongState',
    `Node is in ${provision_state} state. Since node is transitioning, ${what} will not be set as this may interfere with ongoing changes and result in erroneous modification. Try again later.`,
  )
}
