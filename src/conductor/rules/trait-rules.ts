import { BootringError } from '../../model/errors.ts'
import type { NodeRecord } from '../../model/records.ts'

/** Source: ironic/db/sqlalchemy/api.py, MAX_TRAITS_PER_NODE. */
const maxTraits = 50

/** A node's traits once `added` are among them, or in their place. Throws `InvalidParameter` where they are too many. */
export function traitsWith(
  nodeUuid: string,
  present: readonly string[],
  added: readonly string[],
  replace: boolean,
): string[] {
  const traits = [...new Set(replace ? added : [...present, ...added])].sort()
  if (traits.length > maxTraits)
    throw new BootringError(
      'InvalidParameter',
      `node ${nodeUuid} would have ${traits.length} traits; ${maxTraits} are allowed`,
    )
  return traits
}

/** A node's traits without `removed`, or none at all where none is named. Throws `NotFound` where it has not all of those. */
export function traitsWithout(nodeUuid: string, present: readonly string[], removed: readonly string[]): string[] {
  if (removed.length === 0) return []
  const missing = removed.find((trait) => !present.includes(trait))
  if (missing !== undefined)
    throw new BootringError('NotFound', `node ${nodeUuid} has no trait ${JSON.stringify(missing)}`)
  return present.filter((trait) => !removed.includes(trait))
}

/** Whether the traits that an instance wants are there. Throws `InvalidParameter`. */
export function checkInstanceTraits(
  { instance_info, uuid }: Pick<NodeRecord, 'instance_info' | 'uuid'>,
  present: readonly string[],
): void {
  const wanted = instance_info.traits ?? []
  if (!Array.isArray(wanted) || !wanted.every((trait) => typeof trait === 'string'))
    throw new BootringError('InvalidParameter', `instance_info.traits of node ${uuid} has to be a list of texts`)
  const missing = wanted.filter((trait) => !present.includes(trait))
  if (missing.length > 0)
    throw new BootringError(
      'InvalidParameter',
      `node ${uuid} has not all of instance_info.traits: ${missing.join(', ')} are missing`,
    )
}
