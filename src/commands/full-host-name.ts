import { spawnSync } from 'node:child_process'

/** A resolver that does not answer must not hold up a start for long. */
const patienceMilliseconds = 5_000

/**
 * The full name of a host as Python's `socket.getfqdn()` finds it, which names Ironic's conductors where `[DEFAULT]host` is not set: of
 * the names that belong to the host's first address, the first one with a dot, else the first. The name itself where none is found.
 */
export function fullHostName(hostname: string): string {
  const [address] = words(getent('ahosts', hostname))
  if (address === undefined) return hostname
  const [, ...names] = words(getent('hosts', address))
  return names.find((name) => name.includes('.')) ?? names[0] ?? hostname
}

/** The first line that the C library's resolver answers, from /etc/hosts or DNS; empty where it knows nothing. */
function getent(database: string, key: string): string {
  const { stdout } = spawnSync('getent', [database, key], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: patienceMilliseconds,
  })
  // null where there is no getent at all.
  return stdout?.split('\n')[0] ?? ''
}

const words = (line: string): string[] => line.split(/\s+/).filter((word) => word !== '')
