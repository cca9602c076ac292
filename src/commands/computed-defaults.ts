import { isAbsolute, join } from 'node:path'
import { BootringError } from '../model/errors.ts'
import type { MachineFacts } from './machine-facts.ts'

/** Defaults that depend on the machine, under the names of their options in `[DEFAULT]`. */
export interface ComputedDefaults {
  /** Attached, it may have to be asked of the resolver. */
  host(): string
  readonly my_ip: string
  /** @throws BootringError ConfigInvalid where the user has no home. */
  statePath(): string
}

export interface DefaultsRequest {
  readonly loopbackDefaults?: boolean
  /** Beside Ironic, which names its conductor by the machine's full name. */
  readonly attached?: boolean
}

export function computeDefaults(
  { uid, env, hostname, fqdn, addresses }: MachineFacts,
  { loopbackDefaults = false, attached = false }: DefaultsRequest = {},
): ComputedDefaults {
  return {
    host(): string {
      if (attached) return fqdn?.() ?? hostname
      // Debian gives the machine's own name an address on which nothing of ours listens by default.
      return loopbackDefaults ? 'localhost' : hostname
    },
    my_ip: loopbackDefaults ? '127.0.0.1' : (addresses[0] ?? '127.0.0.1'),
    statePath(): string {
      // From systemd, for a unit with StateDirectory=; the first one, where it names several.
      const [managed] = env.STATE_DIRECTORY?.split(':') ?? []
      if (managed !== undefined && isAbsolute(managed)) return managed
      if (uid === 0) return '/var/lib/bootring'
      // The XDG specification: a relative path is to be ignored.
      if (env.XDG_STATE_HOME !== undefined && isAbsolute(env.XDG_STATE_HOME))
        return join(env.XDG_STATE_HOME, 'bootring')
      if (env.HOME !== undefined && isAbsolute(env.HOME)) return join(env.HOME, '.local/state/bootring')
      throw new BootringError('ConfigInvalid', '[DEFAULT]state_path: expected a path, as this user has no home folder')
    },
  }
}
