import { BootringError } from '../model/errors.ts'
import type { CallContext, CallOptions, ConductorClient, Handler, Handlers } from './contract.ts'
import type { MethodName, Params } from './shapes.ts'

/**
 * Calls the handlers of this very process for its own host name, and other conductors by `remote`. Local calls take no
 * notice of the signal, which need not even be made for them: local handlers bound their own time.
 */
export function localFirst(ownHostname: string, handlers: Handlers, remote: ConductorClient): ConductorClient {
  return {
    call<M extends MethodName>(hostname: string, method: M, params: Params<M>, context: CallContext & CallOptions) {
      if (hostname !== ownHostname) return remote.call(hostname, method, params, context)
      const handler = handlers[method] as Handler<M> | undefined
      if (handler === undefined) {
        const message = `conductor ${hostname} does not know ${method}`
        return Promise.reject(new BootringError('UnsupportedCall', message))
      }
      return handler(params, context)
    },
  }
}
