import { randomUUID } from 'node:crypto'
import { BootringError } from '../../model/errors.ts'
import type { NodeFilter } from '../../model/management-stores.ts'
import type { NodeRecord } from '../../model/records.ts'
import type { Logger } from '../../observe/logger.ts'
import type { CallContext } from '../../rpc/contract.ts'
import { forEachConcurrently } from '../for-each-concurrently.ts'
import type { OwnNodes } from './own-nodes.ts'

const passedOver: ReadonlySet<string> = new Set(['NodeLocked', 'NodeNotFound'])
const endsPass: ReadonlySet<string> = new Set(['ConductorReplaced', 'DatabaseUnavailable', 'Overloaded'])

export interface Upkeep {
  own: Pick<OwnNodes, 'those'>
  log: Logger
}

/** So that periodic work asks for a node once, and leaves it to whoever holds it. */
export const once = { attempts: 1, intervalSeconds: 0 }

/**
 * Does `work` for each of this conductor's nodes. Those that somebody holds, and those that are gone, wait for the next
 * pass; it ends where the session is lost, the database away, or no worker free. What else fails is logged, and does not
 * stop the rest.
 */
export async function eachOwnNode(
  { log, own }: Upkeep,
  filter: NodeFilter,
  work: (node: NodeRecord, context: CallContext) => Promise<void>,
  concurrency = 1,
): Promise<void> {
  const context = { requestId: `req-${randomUUID()}` }
  let ended = false
  await forEachConcurrently(own.those(filter), concurrency, async (node) => {
    if (ended) return
    try {
      await work(node, context)
    } catch (error) {
      const code = error instanceof BootringError ? error.code : ''
      if (passedOver.has(code)) return
      if (endsPass.has(code)) {
        ended = true
        log.info({ err: error, node: node.uuid }, 'gave up a periodic pass over the nodes; it will be made again')
        return
      }
      log.error({ err: error, node: node.uuid }, 'periodic work on a node failed; it will be tried again')
    }
  })
}
