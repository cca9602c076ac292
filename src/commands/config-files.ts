import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readSources } from '../config/sources.ts'
import { BootringError } from '../model/errors.ts'

/** What one `--config-file` or `--config-dir` on the command line names. */
export type ConfigPlace = { readonly file: string } | { readonly folder: string }

export interface FilesRequest {
  /** In the order of the command line. */
  readonly places: readonly ConfigPlace[]
  /** `--attached`. */
  readonly attached: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Where options are looked for when the command line does not say. */
export interface UsualPlaces {
  readonly own: string
  /** Beside Ironic, in the order in which its packages make it read them. */
  readonly ironicFiles: readonly string[]
  readonly ironicFolder: string
}

export const usualPlaces: UsualPlaces = {
  own: '/etc/bootring/bootring.conf',
  ironicFiles: ['/usr/share/ironic/ironic-dist.conf', '/etc/ironic/ironic.conf'],
  ironicFolder: '/etc/ironic/ironic.conf.d',
}

/**
 * The files to read, later ones win. As in oslo.config, a folder gives its `*.conf` in sorted order, at its own place in the command
 * line. bootring's own usual file is read where the command line names nothing.
 *
 * Attached, which the command line, the environment or one of those files may say, Ironic's usual places are read before them all, by
 * oslo.config's rule: its files unless a `--config-file` is given, its folder unless a `--config-dir` is. So the options of Ironic's own command
 * line lead to what Ironic reads.
 *
 * @throws BootringError ConfigInvalid for a folder that can't be read.
 */
export function findConfigFiles(
  { places, attached: flag, env }: FilesRequest,
  usual: UsualPlaces = usualPlaces,
): { files: string[]; attached: boolean } {
  const namesFile = places.some((place) => 'file' in place)
  const namesFolder = places.some((place) => 'folder' in place)
  const files = [
    ...(places.length > 0 ? [] : [usual.own].filter(isThere)),
    ...places.flatMap((place) => ('file' in place ? [place.file] : filesIn(place.folder))),
  ]
  const attached =
    flag ||
    readSources({ files, env })
      .find([['bootring', 'mode']])
      ?.text.trim() === 'attached'
  if (!attached) return { files, attached }
  // Ironic itself takes these two variables for its usual places.
  const { IRONIC_CONFIG_FILE: ironicFile, IRONIC_CONFIG_DIR: ironicFolder = usual.ironicFolder } = env
  const ironics = [
    ...(namesFile ? [] : ironicFile ? [ironicFile] : usual.ironicFiles.filter(isThere)),
    // In a folder that may not be entered it need not be there at all; that is said of the files.
    ...(namesFolder || !existsSync(ironicFolder) ? [] : filesIn(ironicFolder)),
  ]
  return { files: [...ironics, ...files], attached }
}

function filesIn(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    throw new BootringError('ConfigInvalid', `${folder}: expected a readable folder: ${(error as Error).message}`, {
      cause: error,
    })
  }
  return names
    .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

/** What may not be looked at counts as there: that it can't be read must be said, not passed over. */
function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}
