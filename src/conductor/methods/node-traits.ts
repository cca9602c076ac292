import type { Handlers } from '../../rpc/contract.ts'
import { traitsWith, traitsWithout } from '../rules/trait-rules.ts'
import type { ConductorTask } from '../tasks/conductor-task.ts'
import type { ManagementParts } from './management-parts.ts'

type Parts = Pick<ManagementParts, 'store' | 'tasks'>

/** `add_node_traits`: adds traits to a node, or replaces them all. */
export function addNodeTraits({ store, tasks }: Parts): NonNullable<Handlers['add_node_traits']> {
  return async ({ node_id, replace, traits }, context) => {
    await tasks.run(node_id, context, async (task) => {
      await write(task, traitsWith(node_id, await traitsOf(store, task), traits, replace))
    })
    return {}
  }
}

/** `remove_node_traits`: takes traits of a node away; all where none is named. */
export function removeNodeTraits({ store, tasks }: Parts): NonNullable<Handlers['remove_node_traits']> {
  return async ({ node_id, traits }, context) => {
    await tasks.run(node_id, context, async (task) => {
      await write(task, traitsWithout(node_id, await traitsOf(store, task), traits))
    })
    return {}
  }
}

async function traitsOf(store: Parts['store'], { node }: ConductorTask): Promise<string[]> {
  return (await store.traits([node.id])).get(node.id) ?? []
}

async function write(task: ConductorTask, traits: readonly string[]): Promise<void> {
  await task.write((writer, session) => writer.setTraits(task.node.uuid, session, traits))
}
