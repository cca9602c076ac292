import type { ExpressionBuilder } from 'kysely'
import { waitStates } from '../../model/provision-states.ts'
import type { Tables } from '../tables.ts'

/** The same rule as `needsBootFiles`, as SQL. */
export function hasBootFiles(eb: ExpressionBuilder<Tables, 'nodes'>) {
  return eb.or([
    eb('provision_state', 'in', [...waitStates]),
    eb.and([eb('provision_state', '=', 'active'), eb('deploy_interface', '=', 'ramdisk')]),
  ])
}
