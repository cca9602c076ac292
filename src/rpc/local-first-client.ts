import { BootringError } from '../model/errors.ts'
import type { ConductorClient, Handlers } from './contract.ts'

/**
 * Calls the handlers of this very process for its own host name, and other conductors by `remote`. The call's signal
 * is only looked at before a local call: local handlers bound their own time.
 */
export function localFirst(ownHostname: string, handlers: Handlers, remote: ConductorClient): ConductorClient {
  return {
    call(hostname, method, params, context) {
      if (hostname !== ownHostname) return remote.call(hostname, method, params, context)
      if (context.signal?.aborted) {
        const message = `conductor ${hostname}: the call was given up`
        return Promise.reject(new BootringError('ConductorUnreachable', message, { cause: context.signal.reason }))
      }
      return handlers[method](params, context)
    },
  }
}
