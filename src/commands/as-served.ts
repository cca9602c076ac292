import type { FleetContext } from './context.ts'
import { type ConfigOptions, loadFromOptions } from './options.ts'
import { registeredHostname } from './wiring/registered-hostname.ts'

/**
 * The same, with the addresses that `bootring serve` has where it keeps to loopback, if that is what serves: no option says so, only
 * the name of the one conductor.
 */
export async function asServed<C extends FleetContext>(context: C, options: ConfigOptions): Promise<C> {
  const { config, database, mode } = context
  if (mode === 'attached') return context
  const onLoopback = loadFromOptions(options, { loopbackDefaults: true }).installation
  const loopback = registeredHostname(onLoopback.host, onLoopback.rpcPort)
  if (loopback === registeredHostname(context.installation.host, context.installation.rpcPort)) return context
  const conductors = await database.conductors.conductors(config.conductor.heartbeat_timeout)
  const alive = conductors.filter((conductor) => conductor.alive)
  const itIsThat = alive.length > 0 && alive.every(({ hostname }) => hostname === loopback)
  return itIsThat ? { ...context, installation: onLoopback } : context
}
