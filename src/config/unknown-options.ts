import { nearestName } from '../model/nearest-name.ts'
import { sections } from './config.ts'
import type { IniEntry } from './ini.ts'
import type { Option, Section } from './option.ts'
import type { Problem } from './problem.ts'

const environmentPrefix = 'OS_BOOTRING__'
/** Short names are near to many others. */
const minWarnedLength = 12
/** Ironic's own names that differ by a letter from one that we read. */
const ironicNeighbours = ['pxe/pxe_config_template']

/**
 * Options that no section knows. In `[bootring]`, which is ours alone, each is a problem. Elsewhere it is most likely one that only
 * Ironic reads: nothing is said, but for a warning where it looks like a slip in a name that we do read. Values are not
 * shown, as any of them may be a secret.
 */
export function findUnknownOptions(
  entries: readonly IniEntry[],
  env: Readonly<Record<string, string | undefined>>,
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const ours = namesIn('bootring', sections.bootring)

  for (const { group, name, file, line } of entries) {
    if (group === 'default')
      warnings.push({ file, line, group, option: name, expected: 'the group [DEFAULT], in capitals' })
    const all: Readonly<Record<string, Section>> = sections
    const section = Object.hasOwn(all, group) ? all[group] : undefined
    if (section === undefined) continue
    const names = namesIn(group, section)
    if (names.includes(name)) continue
    const place = { file, line, group, option: name }
    const meant = nearestName(name, names)
    if (group === 'bootring') problems.push({ ...place, expected: suggestion(meant, ours) })
    else if (meant !== undefined && name.length >= minWarnedLength && !ironicNeighbours.includes(`${group}/${name}`))
      warnings.push({ ...place, expected: `an option that bootring or Ironic knows: did you mean ${meant}?` })
  }

  for (const environment of Object.keys(env)) {
    if (!environment.startsWith(environmentPrefix) || env[environment] === undefined) continue
    const option = environment.slice(environmentPrefix.length).toLowerCase()
    if (!ours.includes(option))
      problems.push({ environment, group: 'bootring', option, expected: suggestion(nearestName(option, ours), ours) })
  }
  return { problems, warnings }
}

function suggestion(meant: string | undefined, names: readonly string[]): string {
  return meant === undefined
    ? `one of the options of this group: ${names.join(', ')}`
    : `an option of this group: did you mean ${meant}?`
}

/** Present and deprecated names that belong to the group. */
function namesIn(group: string, section: Section): string[] {
  return Object.entries<Option<unknown>>(section).flatMap(([name, { deprecatedNames = [] }]) => [
    name,
    ...deprecatedNames.filter((path) => !path.includes('/')),
    ...deprecatedNames.filter((path) => path.startsWith(`${group}/`)).map((path) => path.slice(group.length + 1)),
  ])
}
