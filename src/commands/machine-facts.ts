import { readFileSync } from 'node:fs'
import { homedir, hostname, networkInterfaces } from 'node:os'
import { defaultRouteInterface } from './default-route.ts'
import { fullHostName } from './full-host-name.ts'

/** What defaults depend on: facts about the machine and the process, gathered in one place. */
export interface MachineFacts {
  /** User id of the process. */
  readonly uid: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly hostname: string
  /** The name with its domain, as Python finds it. Asks the resolver, so it is looked up only where it is needed. */
  readonly fqdn?: () => string
  /** Addresses by which others may reach this machine, the most likely first: no loopback or link-local ones. */
  readonly addresses: readonly string[]
  /** Whether the kernel speaks IPv6 at all, as most do: listening on `::` fails where it does not. */
  readonly hasIpv6?: boolean
}

/** Gathers the facts. The environment is handed in, and its HOME filled in where it is missing. */
export function gatherMachineFacts(env: Readonly<Record<string, string | undefined>>): MachineFacts {
  const interfaces = networkInterfaces()
  // As Ironic chooses its my_ip: a bridge of containers may come before the interface that leads anywhere.
  const likely = defaultRouteInterface(routes())
  const names = Object.keys(interfaces).sort((a, b) => Number(b === likely) - Number(a === likely))
  const all = names.flatMap((name) => interfaces[name] ?? [])
  const reachable = all.filter(({ internal, address }) => !internal && !/^(169\.254\.|fe[89ab])/i.test(address))
  return {
    uid: process.getuid?.() ?? 0,
    env: { ...env, HOME: env.HOME || homeFolder() },
    hostname: hostname(),
    fqdn: once(() => fullHostName(hostname())),
    addresses: [
      ...reachable.filter(({ family }) => family === 'IPv4'),
      ...reachable.filter(({ family }) => family === 'IPv6'),
    ].map(({ address }) => address),
    hasIpv6: all.some(({ family }) => family === 'IPv6'),
  }
}

function routes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8')
  } catch {
    // Not Linux, or no IPv4.
    return ''
  }
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined
  return () => {
    found ??= { value: find() }
    return found.value
  }
}

/** Of this user; undefined for one of whom the system knows nothing, as in a container. */
function homeFolder(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}
