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
  /** Passes end at their next node then: asking thousands of machines must not hold up the end. */
  isLeaving?(): boolean
  log: Logger
}

/**
 * Does `work` for each of this conductor's nodes. Those that somebody holds, and those that are gone, wait for the next
 * pass; it ends where the session is lost, the database away, no worker free, or the conductor leaving. What else fails is
 * logged, and does not stop the rest.
 */
export async function eachOwnNode(
  { isLeaving, log, own }: Upkeep,
  filter: NodeFilter,
  work: (node: NodeRecord, context: CallContext) => Promise<void>,
  concurrency = 1,
): Promise<void> {
  const context = { requestId: `req-${randomUUID()}` }
  let ended = false
  async function* nodes() {
    for await (const node of own.those(filter)) {
      if (ended || isLeaving?.()) return
      yield node
    }
  }
  await forEachConcurrently(nodes(), concurrency, async (node) => {
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
