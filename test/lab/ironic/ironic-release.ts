import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** `debian`: Debian 12's packages; `newest`: from PyPI, in a virtual environment that `make setup` makes. */
export type IronicRelease = 'debian' | 'newest'

export const ironicReleases: readonly IronicRelease[] = ['debian', 'newest']

const newest = fileURLToPath(new URL('../../../.tools/ironic-newest/', import.meta.url))
const folders: Record<IronicRelease, string> = { debian: '/usr/bin', newest: `${newest}bin` }

/** The path of one of Ironic's programs. */
export function ironicProgram(
  release: IronicRelease,
  name: 'ironic-api' | 'ironic-conductor' | 'ironic-dbsync',
): string {
  return `${folders[release]}/${name}`
}

/** Debian's Python, for which its client packages are; another one may stand first on the PATH. */
export const debianPython = '/usr/bin/python3'

/** What this machine lacks for an installation of that release, in words; undefined: nothing. */
export function missingForIronic(release: IronicRelease): string | undefined {
  if (!existsSync('/usr/bin/openstack')) return 'the client of Ironic (Debian package python3-openstackclient)'
  if (release === 'debian') {
    return existsSync(ironicProgram('debian', 'ironic-conductor')) ? undefined : 'Ironic (Debian package ironic-common)'
  }
  return existsSync(`${newest}complete`) ? undefined : 'the newest Ironic (make setup brings it in)'
}
