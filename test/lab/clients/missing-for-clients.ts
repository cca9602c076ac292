import { existsSync } from 'node:fs'

/** What this machine lacks for the command line client and openstacksdk, in words; undefined: nothing. */
export function missingForClients(): string | undefined {
  const folder = '/usr/lib/python3/dist-packages'
  return existsSync('/usr/bin/openstack') && existsSync(`${folder}/ironicclient`)
    ? undefined
    : "Ironic's client (Debian packages python3-openstackclient and python3-ironicclient)"
}
