import { BootringError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/node.ts'
import type { NewNode } from '../../model/records.ts'
import { newNode } from '../../resources/node.ts'
import type { Handlers } from '../../rpc/contract.ts'
import { checkParent } from '../rules/check-parent.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'hardware' | 'log' | 'sessions' | 'store' | 'tasks'>

/** `create_node`: with all its interfaces in the row, those that nobody has named being the defaults of this conductor. */
export function createNode({ hardware, log, sessions, store, tasks }: Parts): NonNullable<Handlers['create_node']> {
  return async ({ node: body }, context) => {
    const { node, traits } = read(body)
    const interfaces = hardware.checkInterfaces(node)
    await checkParent(store, node.uuid, node.parent_node)
    const { live } = sessions
    if (!live) throw new BootringError('ConductorReplaced', 'this conductor is not registered')
    await store.createNode({ ...node, ...interfaces }, live.session)
    if (traits.length > 0) {
      await tasks.run(node.uuid, context, (task) =>
        task.write((writer, session) => writer.setTraits(node.uuid, session, traits)),
      )
    }
    log.info(
      { node: node.uuid, name: node.name, driver: node.driver, requestId: context.requestId },
      'the node was created',
    )
    return {}
  }
}

/** The state that a node begins in depends on the version of REST by which it is created, so the API says it. */
function read({ provision_state: state, traits = [], ...body }: JsonObject): { node: NewNode; traits: string[] } {
  if (state !== undefined && state !== 'enroll' && state !== 'available')
    throw new BootringError('InvalidParameter', `no node begins in state ${JSON.stringify(state)}`)
  if (!Array.isArray(traits) || !traits.every((trait) => typeof trait === 'string'))
    throw new BootringError('InvalidParameter', 'traits have to be a list of texts')
  const node = newNode(body)
  return { node: state === undefined ? node : { ...node, provision_state: state }, traits }
}
