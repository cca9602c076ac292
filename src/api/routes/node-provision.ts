import type { FastifyRequest } from 'fastify'
import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NodeRecord } from '../../model/records.ts'
import { allowsEvent, provisionStateOf, type Verb } from '../../model/transitions.ts'
import { readFlag } from '../../resources/value-types.ts'
import { type ConfigDrive, configDriveFor, configDriveSchema } from '../rest/config-drive.ts'
import { requireVersion } from '../rest/microversion.ts'
import { leadTo, type NodeParams, nodeOfPath, tellConductor } from '../rest/node-route.ts'
import type { Rest, RestRoutes } from '../rest/rest.ts'
import { answers, bodyOf, ofNode } from '../rest/schemas.ts'
import { deploySteps, stepsSchema } from '../rest/steps.ts'

interface ProvisionBody {
  target: string
  configdrive?: ConfigDrive
  clean_steps?: JsonObject[] | null
  deploy_steps?: JsonObject[] | null
  service_steps?: JsonObject[] | null
  rescue_password?: string | null
  disable_ramdisk?: boolean | string | null
  runbook?: string | null
}

/** What may be asked for: the event that it stands for, and the version that brought it. */
const targets: Readonly<Record<string, { verb: Verb; since: number }>> = {
  active: { verb: 'deploy', since: 1 },
  deploy: { verb: 'deploy', since: 73 },
  rebuild: { verb: 'rebuild', since: 1 },
  deleted: { verb: 'delete', since: 1 },
  undeploy: { verb: 'delete', since: 73 },
  manage: { verb: 'manage', since: 4 },
  provide: { verb: 'provide', since: 4 },
  inspect: { verb: 'inspect', since: 6 },
  abort: { verb: 'abort', since: 13 },
  clean: { verb: 'clean', since: 15 },
  adopt: { verb: 'adopt', since: 17 },
  rescue: { verb: 'rescue', since: 38 },
  unrescue: { verb: 'unrescue', since: 38 },
  unhold: { verb: 'unhold', since: 85 },
  service: { verb: 'service', since: 87 },
}

const inspectionAbortSince = 41
const deployStepsSince = 69
const disableRamdiskSince = 70
const runbooksSince = 92

const body = bodyOf(
  {
    target: { type: 'string', maxLength: 255, description: `One of ${Object.keys(targets).join(', ')}.` },
    configdrive: configDriveSchema,
    clean_steps: stepsSchema('Steps of cleaning, for `clean`.'),
    deploy_steps: deploySteps,
    service_steps: stepsSchema('Steps of servicing, for `service`.'),
    rescue_password: { type: ['string', 'null'], maxLength: 255, description: 'For `rescue`.' },
    disable_ramdisk: { type: ['boolean', 'string', 'null'], description: 'Clean without an agent.' },
    runbook: { type: ['string', 'null'], maxLength: 255, description: 'There are none.' },
  },
  ['target'],
)

/** PUT /v1/nodes/<node>/states/provision: all verbs of provisioning. */
export const nodeProvisionRoutes: RestRoutes = (app, rest) => {
  app.put<{ Params: NodeParams; Body: ProvisionBody }>(
    '/v1/nodes/:node/states/provision',
    {
      schema: {
        tags: ['nodes'],
        summary: 'Begin to bring a node into another provision state',
        params: ofNode,
        body,
        response: answers(202),
      },
    },
    async (request, reply) => {
      const node = await nodeOfPath(rest, request)
      const { target } = request.body
      const known = Object.hasOwn(targets, target) ? targets[target] : undefined
      if (known !== undefined) requireVersion(request.microversion, known.since)
      if (node.maintenance && (target === 'active' || target === 'rebuild')) {
        throw new BootringError(
          'NodeInMaintenance',
          `The provisioning operation can't be performed on node ${node.uuid} because it's in maintenance mode.`,
        )
      }
      if (known === undefined || !allowsEvent(node, known.verb)) throw notNow(node, target)
      const checked = checkedBody(request.body, known.verb, request.microversion)
      if (known.verb === 'abort' && node.provision_state === 'inspect wait')
        requireVersion(request.microversion, inspectionAbortSince)
      await begin(rest, request, node, known.verb, checked)
      leadTo(reply, rest, request, 'states')
      return reply.code(202).send()
    },
  )
}

interface Checked {
  configdrive: string | undefined
  steps: JsonObject[]
  deploySteps: JsonObject[] | undefined
  rescuePassword: string
  disableRamdisk: boolean
}

/** What belongs to one verb is refused with every other. Throws `InvalidParameter` and `NotAcceptable` as Ironic does. */
function checkedBody(given: ProvisionBody, verb: Verb, microversion: number): Checked {
  const { clean_steps, deploy_steps, rescue_password, runbook, service_steps, target } = given
  const configdrive = configDriveFor(target, given.configdrive, microversion)
  if (runbook) {
    requireVersion(microversion, runbooksSince)
    throw new BootringError('NotFound', `Runbook ${runbook} could not be found.`)
  }
  const disableRamdisk = given.disable_ramdisk ?? undefined
  if (disableRamdisk !== undefined) {
    requireVersion(microversion, disableRamdiskSince)
    if (verb !== 'clean') throw onlyWith('disable_ramdisk', 'clean')
  }
  if (clean_steps?.length && verb !== 'clean') throw onlyWith('clean_steps', 'clean')
  if (deploy_steps?.length) {
    requireVersion(microversion, deployStepsSince)
    if (verb !== 'deploy' && verb !== 'rebuild') throw onlyWith('deploy_steps', 'active or rebuild')
  }
  if (rescue_password !== undefined && rescue_password !== null && verb !== 'rescue')
    throw onlyWith('rescue_password', 'rescue')
  if (service_steps?.length && verb !== 'service') throw onlyWith('service_steps', 'service')

  const steps = (verb === 'clean' ? clean_steps : service_steps) ?? []
  if (verb === 'clean' && steps.length === 0) throw needed('"clean_steps" is', 'clean')
  if (verb === 'service' && steps.length === 0) throw needed('"service_steps" is', 'service')
  if (verb === 'rescue' && !rescue_password?.trim()) throw needed('A non-empty "rescue_password" is', 'rescue')
  return {
    configdrive,
    steps,
    deploySteps: deploy_steps?.length ? deploy_steps : undefined,
    rescuePassword: rescue_password ?? '',
    disableRamdisk: readFlag(disableRamdisk ?? false, 'disable_ramdisk'),
  }
}

async function begin(
  rest: Rest,
  request: Pick<FastifyRequest, 'id'>,
  node: NodeRecord,
  verb: Verb,
  { configdrive, deploySteps: deploy_steps, disableRamdisk: disable_ramdisk, rescuePassword, steps }: Checked,
): Promise<void> {
  const node_id = node.uuid
  switch (verb) {
    case 'deploy':
    case 'rebuild':
      await tellConductor(rest, request, node, 'do_node_deploy', {
        node_id,
        rebuild: verb === 'rebuild',
        ...(configdrive === undefined ? {} : { configdrive }),
        ...(deploy_steps === undefined ? {} : { deploy_steps }),
      })
      return
    case 'delete':
      await tellConductor(rest, request, node, 'do_node_tear_down', { node_id })
      return
    case 'clean':
      await tellConductor(rest, request, node, 'do_node_clean', { node_id, clean_steps: steps, disable_ramdisk })
      return
    case 'service':
      await tellConductor(rest, request, node, 'do_node_service', { node_id, service_steps: steps, disable_ramdisk })
      return
    case 'rescue':
      await tellConductor(rest, request, node, 'do_node_rescue', { node_id, rescue_password: rescuePassword })
      return
    case 'unrescue':
      await tellConductor(rest, request, node, 'do_node_unrescue', { node_id })
      return
    case 'inspect':
      await tellConductor(rest, request, node, 'inspect_hardware', { node_id })
      return
    default:
      await tellConductor(rest, request, node, 'do_provisioning_action', { node_id, action: verb })
  }
}

/** A node that somebody works on is locked rather than in the wrong state: clients then ask again. */
function notNow(node: NodeRecord, target: string): BootringError {
  if (node.reservation !== null) {
    return new BootringError(
      'NodeLocked',
      `Node ${node.uuid} is locked by host ${node.reservation}, please retry after the current operation is completed.`,
    )
  }
  return new BootringError(
    'InvalidStateRequested',
    `The requested action "${target}" can not be performed on node "${node.uuid}" while it is in state "${provisionStateOf(node)}".`,
  )
}

function onlyWith(name: string, targets: string): BootringError {
  return new BootringError(
    'InvalidParameter',
    `"${name}" is only valid when setting target provision state to ${targets}`,
  )
}

function needed(what: string, target: string): BootringError {
  return new BootringError('InvalidParameter', `${what} required when setting target provision state to ${target}`)
}
