import { readFileSync } from 'node:fs'

/** The number of a user of this machine; undefined when there is none of that name. */
export function userId(name: string): number | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  return line === undefined ? undefined : Number(line.split(':')[2])
}
